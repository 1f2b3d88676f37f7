/** What CloudStack's refusals mean and what to do about them: by code and text, with the names filled in (cs §2.4 to §4.6). */
import type { Problem } from './problem';

export interface CloudStackRefusal {
  /** errorcode of the answer, or jobresultcode of the job. */
  readonly code: number;
  /** errortext as CloudStack wrote it. */
  readonly text: string;
  /** API command that was refused. */
  readonly command: string;
  /** Host, VM or cluster it was about, by name; '' when it was about none. */
  readonly subject: string;
  /** Milliseconds that CloudStack's clock is ahead of ours; known for a 401. */
  readonly clockSkewMs?: number;
}

interface Meaning {
  readonly code: string;
  readonly when: (refusal: CloudStackRefusal) => boolean;
  readonly why: string | ((refusal: CloudStackRefusal) => string);
  readonly doThis: readonly string[] | ((refusal: CloudStackRefusal) => readonly string[]);
}

const says =
  (pattern: RegExp) =>
  (refusal: CloudStackRefusal): boolean =>
    pattern.test(refusal.text);

const on = ({ subject }: CloudStackRefusal): string => (subject === '' ? 'it' : subject);

/** A signature is good for ten minutes: a clock further off than this is worth naming first. */
const SUSPICIOUS_SKEW_MS = 60_000;

/** First match wins; the last one matches everything. */
const MEANINGS: readonly Meaning[] = [
  {
    code: 'CS_CLOCK_SKEW',
    when: ({ code, clockSkewMs }) => code === 401 && Math.abs(clockSkewMs ?? 0) > SUSPICIOUS_SKEW_MS,
    why: ({ clockSkewMs }) =>
      `CloudStack's clock is ${Math.round(Math.abs(clockSkewMs ?? 0) / 1000)} s ${(clockSkewMs ?? 0) > 0 ? 'ahead of' : 'behind'} ours, and a request carries its time of expiry.`,
    doThis: ['Set both clocks: chronyc makestep (here and on every management server)', 'Ask again'],
  },
  {
    code: 'CS_KEY_REFUSED',
    when: ({ code }) => code === 401,
    why: 'The API key, the secret key, the source address or the command itself is not accepted; CloudStack never says which.',
    doThis: [
      'Check CLOUDSTACK_API_KEY and CLOUDSTACK_SECRET_KEY: they must belong to a root admin',
      'Check api.allowed.source.cidr.list for the address of this machine',
    ],
  },
  {
    code: 'CS_POST_WANTED',
    when: ({ code }) => code === 400,
    why: 'This CloudStack wants every change as a POST, and something on the way turned it into a GET.',
    doThis: ['Look for a proxy between here and CloudStack that rewrites requests'],
  },
  {
    code: 'CS_SHUTTING_DOWN',
    when: says(/shutdown has been triggered|Maintenance or Shutdown has been initiated/i),
    why: 'The management server takes no new jobs because somebody is about to stop it.',
    doThis: ['Wait until it is back, or take it back there: cancelShutdown', 'Ask again'],
  },
  {
    code: 'CS_OTHER_HOST_PREPARING',
    when: says(/There are other servers/),
    why: 'CloudStack empties one host of a cluster at a time, and another one is PrepareForMaintenance or ErrorInMaintenance.',
    doThis: [
      'Look for that host in CloudStack: Infrastructure > Hosts',
      'Wait until it is in Maintenance, or cancel its maintenance there',
    ],
  },
  {
    code: 'CS_LOCAL_STORAGE',
    when: says(/local storage/i),
    why: (refusal) => `A running VM of ${on(refusal)} has its disk on storage that only one host has.`,
    doThis: ['Stop that VM in CloudStack, or move its volumes to shared storage', 'Ask again'],
  },
  {
    code: 'CS_HOST_DISABLED',
    when: says(/current state = Disabled event = AdminAskMainten/),
    why: 'A Disabled host cannot go into maintenance: it must be Enabled in the moment before (cs fact 3).',
    doThis: (refusal) => [`Enable ${on(refusal)} in CloudStack`, 'Ask again'],
  },
  {
    code: 'CS_WRONG_STATE',
    when: says(/No next resource state found|in the correct state|when resource state is/i),
    why: (refusal) => `${on(refusal)} is in a state from which CloudStack knows no way there.`,
    doThis: ['Look at the resource state of the host in CloudStack', 'Ask again when it has settled'],
  },
  {
    code: 'CS_AGENT_UNREACHABLE',
    when: (refusal) =>
      refusal.code === 534 ||
      /Unable to prepare for maintenance host|not connected to this server/.test(refusal.text),
    why: (refusal) =>
      `CloudStack has no working connection to ${on(refusal)}, or the master is disabled in XAPI.`,
    doThis: [
      'Check on the master: xe host-list params=name-label,enabled',
      'Look at the state of the hosts in CloudStack; all should be Up',
      'Ask again',
    ],
  },
  {
    code: 'CS_VM_ON_PREPARING_HOST',
    when: says(/host is preparing for maintenance/),
    why: 'While a host prepares for maintenance only CloudStack itself moves its VMs.',
    doThis: ['Wait until the host is in Maintenance, or cancel its maintenance'],
  },
  {
    code: 'CS_DESTINATION_NOT_READY',
    when: says(/destination host is not in correct state/),
    why: 'The chosen destination is not Up and Enabled any more.',
    doThis: ['Look at the destination in CloudStack', 'Ask again: another destination is chosen'],
  },
  {
    code: 'CS_DESTINATION_FULL',
    when: says(/already has max Running VMs/),
    why: 'The destination runs as many VMs as CloudStack allows for its version; a version without a row counts as 50.',
    doThis: [
      'Check listHypervisorCapabilities for the version of the destination',
      'Raise maxguestslimit there',
    ],
  },
  {
    code: 'CS_VM_NOT_RUNNING',
    when: says(/VM is not [Rr]unning/),
    why: (refusal) => `CloudStack does not count ${on(refusal)} as Running.`,
    doThis: ['Compare its state in CloudStack and in XenCenter', 'Ask again'],
  },
  {
    code: 'CS_ALREADY_THERE',
    when: says(/already present on this host/),
    why: (refusal) => `${on(refusal)} is on that host already.`,
    doThis: ['Ask again: the move is then done'],
  },
  {
    code: 'CS_PASSTHROUGH',
    when: says(/GPU enabled VM/),
    why: (refusal) => `${on(refusal)} has a device that ties it to its host.`,
    doThis: ['Stop it with consent, and start it on another host'],
  },
  {
    code: 'CS_SNAPSHOT_RUNNING',
    when: says(/unbacked up snapshot/),
    why: (refusal) => `A snapshot of a volume of ${on(refusal)} is being taken.`,
    doThis: ['Wait until the snapshot is done', 'Ask again'],
  },
  {
    code: 'CS_MIGRATION_FAILED',
    when: says(/Unable to migrate VM|Unable to complete migration|Migration failed/),
    why: (refusal) =>
      `XAPI refused or broke off the migration of ${on(refusal)}; CloudStack keeps XAPI's reason to its log.`,
    doThis: [
      'Read the reason on a management server: grep -i migrat /var/log/cloudstack/management/management-server.log | tail',
      'Check guest tools, CD drive and free memory of the VM in XenCenter',
    ],
  },
  {
    code: 'CS_NO_PLACE',
    when: ({ code, text }) =>
      code === 533 ||
      /Unable to (create a deployment|orchestrate the start|find suitable destination)/.test(text),
    why: 'CloudStack found no host for it, or XAPI refused the start; while hosts have different versions new VMs cannot start.',
    doThis: [
      'While the pool is mixed this is expected: start it when its own host is back',
      'Otherwise look at free memory of the hosts',
    ],
  },
  {
    code: 'CS_UNMANAGE_CONNECTING',
    when: says(/PrepareUnmanaged Failed due to host .* should not be in/),
    why: 'A host of the cluster is just connecting; unmanaging has to wait for it.',
    doThis: ['Wait until every host is Up, Disconnected, Alert or Down', 'Ask again'],
  },
  {
    code: 'CS_UNMANAGE_TIMEOUT',
    when: says(/still in UP status/),
    why: 'Some hosts stayed connected for 200 s; the cluster is now PrepareUnmanagedError.',
    doThis: ['Check that every management server that owns a host runs', 'Ask again'],
  },
  {
    code: 'CS_NOT_ROOT_ADMIN',
    when: ({ code, text }) => code === 531 || /Only Root Admin/.test(text),
    why: 'The API keys do not belong to a root admin.',
    doThis: ['Put the keys of a root admin into CLOUDSTACK_API_KEY and CLOUDSTACK_SECRET_KEY'],
  },
  {
    code: 'CS_JOB_CANCELLED',
    when: says(/blocking others for too long/),
    why: 'CloudStack gave the job up after it had blocked its queue for an hour.',
    doThis: ['Look at the state in CloudStack before anything is asked again'],
  },
  {
    code: 'CS_GONE',
    when: says(/entity does not exist|Unable to find/),
    why: (refusal) => `CloudStack does not know ${on(refusal)} by that id any more.`,
    doThis: ['Check whether it was removed or added again', 'Make a new plan'],
  },
  {
    code: 'CS_REFUSED',
    when: () => true,
    why: (refusal) => `CloudStack answered: ${refusal.text} (${refusal.code}).`,
    doThis: [
      'Look at /var/log/cloudstack/management/management-server.log',
      'Ask again when the cause is gone',
    ],
  },
];

/** Every code that adviseCloudStack can give, for the page that documents problems. */
export const CLOUDSTACK_PROBLEMS: readonly string[] = MEANINGS.map((meaning) => meaning.code);

/** A refusal, or the failure of a job, in words for people. */
export function adviseCloudStack(refusal: CloudStackRefusal): Problem {
  const meaning = MEANINGS.find((one) => one.when(refusal))!;
  const about = refusal.subject === '' ? '' : ` for ${refusal.subject}`;
  return {
    code: meaning.code,
    what: `CloudStack refused ${refusal.command}${about}.`,
    why: typeof meaning.why === 'string' ? meaning.why : meaning.why(refusal),
    doThis: typeof meaning.doThis === 'function' ? meaning.doThis(refusal) : meaning.doThis,
  };
}
