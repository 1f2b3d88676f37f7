/**
 * CloudStack's agent on the host: tag present, scripts newer than the boot, heartbeat running and naming every SR. A
 * short reboot may never trigger a reconnect (cs fact 14): then reconnectHost, and wait again.
 */
import { act, ask, done, wait } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import type { DomZeroBin } from '../domain/version-eras';
import { VMOPS } from './clear-vmops-tag';
import { defineStep } from './step';
import { csHost, listed, minutes, xenHostLook, type HostArgs } from './sight';

/** `srs`: shared SRs that the heartbeat must name. `bin`: of CloudStack in dom0, where it is not /opt/cloud/bin. */
type Args = HostArgs & {
  readonly srs: readonly { readonly uuid: string; readonly name: string }[];
  readonly bin?: DomZeroBin;
};
type Seen = {
  readonly state: string;
  readonly tag?: string;
  readonly bootTime: number;
  /** Undefined where SSH is not configured. */
  readonly agent?: {
    readonly scriptsAt: number;
    readonly heartbeatRunning: boolean;
    readonly heartbeatSrs: readonly string[];
  };
};

export const verifyAgent = defineStep<Args, Seen>({
  kind: 'verify-agent',
  v: 1,
  title: ({ host }) => `See that CloudStack's tag, scripts and heartbeat are back on ${host}`,
  settleSeconds: 320,
  callTimeoutSeconds: 30,
  farDelaySeconds: 270, // silence of 150 s, a scan of 90 s and its set-up
  maxActs: 2,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async (world, args) => {
    const { uuid, id } = args;
    const [host, xen] = await Promise.all([csHost(world, id), xenHostLook(world, uuid)]);
    const ssh = world.dom0?.configured.includes(uuid) ? world.dom0 : undefined;
    const agent = ssh && (await ssh.agent(uuid, args.bin));
    const tag = xen.tags.find((candidate) => candidate.startsWith(VMOPS));
    return {
      state: host.state,
      bootTime: xen.bootTime,
      ...(tag !== undefined && { tag }),
      ...(agent && {
        agent: {
          scriptsAt: agent.scriptsAt,
          heartbeatRunning: agent.heartbeatRunning,
          heartbeatSrs: agent.heartbeatSrs,
        },
      }),
    };
  },
  decide: ({ args, now, line, run }) => {
    if (now.state !== 'Up') return wait(`CloudStack has ${args.host} as ${now.state}`);
    const missing = lacking(args, now);
    if (missing.length > 0)
      return act(`not there yet: ${listed(missing)}`, {
        subject: args.host,
        what: `reconnect ${args.host} in CloudStack`,
        args: null,
      });
    if (now.agent)
      return done(
        `tag ${now.tag}, scripts of ${new Date(now.agent.scriptsAt * 1000).toISOString()}, heartbeat on ${now.agent.heartbeatSrs.length} SRs`,
      );
    const digest = digestOf({ line: line.line.id, bootTime: now.bootTime });
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes) return done(`the tag is there; scripts and heartbeat confirmed by ${yes.answer.by.name}`);
    return ask({
      kind: 'confirm',
      text: `SSH to ${args.host} is not configured. Are CloudStack's scripts newer than the boot, and does the heartbeat run?`,
      saw: [
        `On ${args.host}: ls -l --time-sort ${binAt(args)}; pgrep -fl xenheartbeat.sh; cat ${binAt(args)}/heartbeat`,
      ],
      digest,
      notTheRequester: false,
    });
  },
  act: ({ cloudStack }, _act, { args }) => cloudStack.reconnectHost(args.id),
  tooLong: ({ args, now }) => problems.agentMissing(args.host, lacking(args, now)),
});

const binAt = ({ bin }: Args): DomZeroBin => bin ?? '/opt/cloud/bin';

function lacking(args: Args, now: Seen): readonly string[] {
  const { agent } = now;
  return [
    ...(now.tag === undefined ? ['the vmops-version tag'] : []),
    ...(agent && agent.scriptsAt <= now.bootTime ? [`fresh scripts in ${binAt(args)}`] : []),
    ...(agent && !agent.heartbeatRunning ? ['xenheartbeat.sh'] : []),
    ...(agent
      ? args.srs
          .filter((sr) => !agent.heartbeatSrs.includes(sr.uuid))
          .map((sr) => `${sr.name} in the heartbeat`)
      : []),
  ];
}
