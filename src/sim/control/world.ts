/** POST /world: the person at the console, and other people's hands. All acts are checked before the first is done. */
import { z } from 'zod';
import { copyCapabilityRow } from '../cloudstack/cloudstack';
import type { CloudState, SimHost, SimPool, SimVm } from '../model';
import { familyOf } from '../../domain/version-eras';
import { PROFILES } from '../profiles';
import { sidesOf } from '../sides';
import { hands, LOSABLE_WORDS, XapiFailure } from '../xapi';
import { allowed, ControlRefusal } from './refusal';

export const WORLD_ACTS = [
  'boot-iso',
  'power-off',
  'power-on',
  'rotate-keys',
  'lose',
  'restore',
  'set-memory',
  'add-vm',
  'remove-vm',
  'start-vm',
  'stop-vm',
  'move-vm',
  'add-capability-row',
] as const;
type WorldAct = (typeof WORLD_ACTS)[number];

const worldAct = z.strictObject({
  do: z.enum(WORLD_ACTS),
  pool: z.string().optional(),
  host: z.string().optional(),
  vm: z.string().optional(),
  /** move-vm: the host it goes to. */
  to: z.string().optional(),
  version: z.string().optional(),
  mib: z.number().int().positive().optional(),
  /** lose, restore: a setting of the host. */
  what: z.string().optional(),
});
type Asked = z.infer<typeof worldAct>;

export interface Done {
  readonly do: WorldAct;
  readonly ok: true;
}

/** Starts every act and answers at once: what takes pool time goes on. A refusal of XAPI's is a ControlRefusal. */
export async function changeWorld(cloud: CloudState, body: unknown): Promise<readonly Done[]> {
  const parsed = z.array(worldAct).safeParse(Array.isArray(body) ? body : [body]);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ControlRefusal('BAD_ACT', `[${issue?.path.join('.') ?? ''}] ${issue?.message ?? 'is no act'}`, [
      allowed(WORLD_ACTS),
      'Write for example: [{"do":"boot-iso","host":"host-1","version":"7.1.2"}]',
    ]);
  }
  const acts = parsed.data.map((asked) => ({ asked, run: prepare(cloud, asked) }));
  const done: Done[] = [];
  for (const { asked, run } of acts) {
    await atOnce(run, asked);
    done.push({ do: asked.do, ok: true });
  }
  return done;
}

/** Installers of the host's own family. */
const versionsOf = (host: SimHost): readonly string[] =>
  PROFILES.filter((profile) => familyOf(profile.brand) === familyOf(host.brand)).map(
    ({ version }) => version,
  );

type Prepare = (cloud: CloudState, asked: Asked) => () => void | Promise<void>;

const prepare: Prepare = (cloud, asked) => VERBS[asked.do](cloud, asked);

const onHost =
  (act: (cloud: CloudState, host: SimHost) => void): Prepare =>
  (cloud, asked) => {
    const host = hostOf(cloud, asked, 'host');
    return () => act(cloud, host);
  };

const VERBS: Readonly<Record<WorldAct, Prepare>> = {
  'boot-iso': (cloud, asked) => {
    const host = hostOf(cloud, asked, 'host');
    const { version } = asked;
    const versions = versionsOf(host);
    if (version !== undefined && !versions.includes(version))
      throw new ControlRefusal('UNKNOWN_VERSION', `There is no installer of version ${version}.`, [
        allowed(versions),
      ]);
    return () => hands.bootIso(cloud, host, version);
  },
  'power-off': onHost((cloud, host) => hands.powerOff(cloud, host)),
  'power-on': onHost((cloud, host) => hands.powerOn(cloud, host)),
  'rotate-keys': onHost((cloud, host) => hands.rotateKeys(cloud, host)),
  lose: (cloud, asked) => {
    const host = hostOf(cloud, asked, 'host');
    const what = required(asked, 'what');
    return () => {
      if (!hands.lose(cloud, host, what))
        throw new ControlRefusal('NOTHING_TO_LOSE', `${host.name} has no ${what}.`, [allowed(LOSABLE_WORDS)]);
    };
  },
  restore: (cloud, asked) => {
    const host = hostOf(cloud, asked, 'host');
    const what = required(asked, 'what');
    return () => {
      if (!hands.restore(cloud, host, what))
        throw new ControlRefusal('NOT_LOST', `${host.name} has not lost ${what}.`, [
          allowed([...host.lost.keys()]),
        ]);
    };
  },
  'set-memory': (cloud, asked) => {
    const of = asked.vm === undefined ? hostOf(cloud, asked, 'host') : vmOf(cloud, asked);
    const mib = required(asked, 'mib');
    return () => hands.setMemory(cloud, of, mib);
  },
  'add-vm': (cloud, asked) => {
    const on = asked.host === undefined ? undefined : hostOf(cloud, asked, 'host');
    const pool = on?.pool ?? poolOf(cloud, asked);
    const name = required(asked, 'vm');
    if (pool.vms.some((vm) => vm.name === name))
      throw new ControlRefusal('NAME_TAKEN', `${pool.name} already has a VM ${name}.`);
    return () => void hands.addVm(cloud, pool, { name, on, memoryMib: asked.mib });
  },
  'remove-vm': (cloud, asked) => {
    const vm = vmOf(cloud, asked);
    return () => hands.removeVm(cloud, vm);
  },
  'start-vm': (cloud, asked) => {
    const vm = vmOf(cloud, asked);
    const on = asked.host === undefined ? undefined : hostOf(cloud, asked, 'host');
    return () => hands.startVm(cloud, vm, on);
  },
  'stop-vm': (cloud, asked) => {
    const vm = vmOf(cloud, asked);
    return () => hands.stopVm(cloud, vm);
  },
  'move-vm': (cloud, asked) => {
    const vm = vmOf(cloud, asked);
    const to = hostOf(cloud, asked, 'to');
    return () => hands.moveVm(cloud, vm, to);
  },
  'add-capability-row': (cloud, asked) => {
    const version = required(asked, 'version');
    return () => copyCapabilityRow(sidesOf(cloud).cloudStack, version);
  },
};

/** A refusal comes before any pool time passes; what is still going on then was accepted. */
async function atOnce(run: () => void | Promise<void>, asked: Asked): Promise<void> {
  let refusal: unknown;
  const going = Promise.resolve()
    .then(run)
    .catch((error: unknown) => void (refusal = error));
  await Promise.race([going, new Promise((resolve) => setImmediate(resolve))]);
  if (refusal === undefined) return;
  if (refusal instanceof XapiFailure)
    throw new ControlRefusal(
      refusal.description[0] ?? 'REFUSED',
      `XAPI refuses ${asked.do} of ${asked.vm ?? asked.host ?? ''}.`,
    );
  throw refusal;
}

function required<K extends 'vm' | 'host' | 'to' | 'mib' | 'what' | 'version'>(
  asked: Asked,
  key: K,
): NonNullable<Asked[K]> {
  const value = asked[key];
  if (value !== undefined) return value;
  throw new ControlRefusal('MISSING', `${asked.do} needs "${key}".`);
}

function poolOf(cloud: CloudState, asked: Asked): SimPool {
  const pools = cloud.pools.filter((pool) => asked.pool === undefined || pool.name === asked.pool);
  return only(pools, 'pool', asked.pool ?? '(none named)', cloud.pools);
}

function hostOf(cloud: CloudState, asked: Asked, key: 'host' | 'to'): SimHost {
  const name = required(asked, key);
  const all = inPool(cloud, asked).flatMap((pool) => pool.hosts);
  return only(
    all.filter((host) => host.name === name),
    'host',
    name,
    all,
  );
}

function vmOf(cloud: CloudState, asked: Asked): SimVm {
  const name = required(asked, 'vm');
  const all = inPool(cloud, asked).flatMap((pool) => pool.vms);
  return only(
    all.filter((vm) => vm.name === name),
    'VM',
    name,
    all,
  );
}

const inPool = (cloud: CloudState, asked: Asked): readonly SimPool[] =>
  asked.pool === undefined ? cloud.pools : [poolOf(cloud, asked)];

function only<T extends { readonly name: string }>(
  found: readonly T[],
  what: string,
  name: string,
  all: readonly T[],
): T {
  const [one, second] = found;
  if (one !== undefined && second === undefined) return one;
  const names = allowed(all.map((each) => each.name));
  if (one === undefined) throw new ControlRefusal('UNKNOWN_NAME', `There is no ${what} ${name}.`, [names]);
  throw new ControlRefusal('AMBIGUOUS', `There is more than one ${what} ${name}.`, [
    'Name the pool too: "pool".',
  ]);
}
