/**
 * A host is patched when XAPI lists everything planned as applied and nothing pending. After a reboot or a restart of the
 * toolstack that is believed only from three looks over 30 s of pool time that agree, a reboot only by its boot time.
 */
import { done, stop, wait } from '../domain/decision';
import type { Guidance } from '../domain/patching';
import { problems } from '../domain/problems';
import { recalled, type Run } from '../domain/run';
import { compareVersions } from '../domain/version';
import { agreement, APART_SECONDS } from './agreeing-looks';
import { bootedLook, hasBooted, type BootedSeen } from './booted-look';
import { hostPatches, WORDS, type Artefact, type HostPatches } from './patches-look';
import { defineStep, LOOKS_ONLY } from './step';
import { listed, minutes, orSilence, type HostArgs } from './sight';

/** `version`: what it must run afterwards; updates from repositories (`latest`) may bring a newer one. */
type Args = HostArgs & {
  readonly artefacts: readonly Artefact[];
  readonly version: string;
  readonly latest?: true;
};
type Seen = BootedSeen & { readonly patches?: HostPatches };

/** What holds a host out of service: the others are for VMs, and those have left it. */
const HOLDS: readonly Guidance[] = ['reboot', 'restart-toolstack'];

const said = (run: Run, kind: string, host: string): { rebooted?: boolean; restarted?: boolean } =>
  (recalled(run, kind, host).at(-1)?.result ?? {}) as { rebooted?: boolean; restarted?: boolean };

/** What is on offer now: what this run applied and is not there any more, and what has come on offer since. */
function offeredNow(run: Run, host: string, { available = [], hash }: HostPatches) {
  const line = recalled(run, 'apply-hotfixes', host).at(-1);
  const applied = (line?.result ?? {}) as { hash?: string };
  const first = (line?.before ?? {}) as { available?: readonly string[] };
  // of a set with a name all was there; of one without, that which was on offer when it was applied
  const isOurs = (name: string): boolean =>
    applied.hash === undefined ? (first.available ?? []).includes(name) : applied.hash === hash;
  return { gone: available.filter(isOurs), newer: available.filter((name) => !isOurs(name)) };
}

export const proveHotfixes = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'prove-hotfixes',
  v: 1,
  title: ({ host }) => `See that ${host} has its hotfixes and stays up`,
  silence: 'pool',
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async (world, args) => {
    const booted = await bootedLook(world, args);
    const patches = booted.live ? await orSilence(hostPatches(world, args.uuid)) : undefined;
    return { ...booted, ...(patches && { patches }) };
  },
  decide: ({ args, now, at, line, run }) => {
    const { host } = args;
    const { rebooted } = said(run, 'reboot-after-hotfixes', host);
    const { restarted } = said(run, 'restart-toolstack', host);
    const { patches } = now;
    const says = patches !== undefined && !(args.latest && patches.available === undefined);
    const up = says && (rebooted ? hasBooted(run, host, now) : now.answers && now.live);
    if (up && args.master && now.masterUuid !== args.uuid) return stop(problems.masterMoved(host));
    const sound = args.latest
      ? compareVersions(now.version, args.version) >= 0
      : now.version === args.version;
    if (up && !sound) return stop(problems.versionChanged(host, now.version, args.version));
    const missing = args.artefacts.map(({ name }) => name).filter((name) => !patches?.applied.includes(name));
    const { gone: offered, newer } =
      args.latest && patches ? offeredNow(run, host, patches) : { gone: [], newer: [] };
    const pending = (patches?.pending ?? []).filter((one) => one !== 'none');
    const look = { good: up, version: now.version, bootTime: now.bootTime, missing, offered, pending };
    const { stable, note } = agreement(line.notes, look, at);
    if (!up || ((rebooted || restarted) && !stable))
      return wait(waitsFor(host, up, patches !== undefined && !says), {
        againInSeconds: APART_SECONDS,
        ...(note !== undefined && { note }),
      });
    const lacks = [...missing, ...offered];
    if (lacks.length > 0) return stop(problems.hotfixGone(host, lacks));
    const holding = pending.filter((one) => HOLDS.includes(one)).map((one) => WORDS[one]);
    if (holding.length > 0) return stop(problems.stillPending(host, holding));
    const rest = pending.map((one) => WORDS[one]);
    return done(
      [
        args.latest
          ? newer.length === 0
            ? `${host} has all that is on offer`
            : `${host} has all that was agreed to; on offer since then, and not applied: ${listed(newer, 20)}`
          : `${host} has ${listed(
              args.artefacts.map(({ name }) => name),
              20,
            )}`,
        rebooted ? `booted ${new Date(now.bootTime * 1000).toISOString()}, stable` : 'not rebooted',
        rest.length > 0 ? `XAPI still names ${rest.join(' and ')}` : 'nothing pending',
      ].join('; '),
      { version: now.version },
    );
  },
  tooLong: ({ args, line, now }) =>
    problems.tooLong(
      line.line.title,
      now.answers && now.live
        ? `${args.host} does not say what is applied to it`
        : `${args.host} is not live`,
    ),
});

function waitsFor(host: string, up: boolean, silent: boolean): string {
  if (silent) return `${host} does not say what it lacks`;
  return up ? `${host} is back; watching that it stays up` : `${host} does not answer yet`;
}
