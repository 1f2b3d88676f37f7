/** Remedies that a person has chosen for a plan: which they are, and what the pool will be like once they are carried out. Pure. */
import { Rejected } from './errors';
import type { Finding, Remedy } from './finding';
import { rowToCopy } from './guest-limits';
import type { PlannedLine } from './plan';
import type { Snapshot } from './pool';
import { problems } from './problems';
import { canonical } from './json';

const ALL = 'all';

type Offer = Finding & { readonly remedy: Remedy };
const isOffer = (finding: Finding): finding is Offer => finding.remedy !== undefined;

/**
 * The findings whose remedies were chosen by name of their check. Rejected (NO_REMEDY) for a name that offers none; a
 * check that found nothing needs none. `known`: names of all checks.
 */
export function chosenAmong(
  findings: readonly Finding[],
  names: readonly string[],
  known: readonly string[],
  pool: string,
): readonly Offer[] {
  const offers = findings.filter(isOffer);
  const offered = [...new Set(offers.map((one) => one.check))];
  for (const name of names) {
    const silent = known.includes(name) && !findings.some((one) => one.check === name);
    if (name !== ALL && !silent && !offered.includes(name))
      throw new Rejected(problems.noRemedy(name, pool, offered));
  }
  return offers.filter((one) => names.includes(ALL) || names.includes(one.check));
}

/** Each remedy once: two findings may ask for the same line. */
export const remediesOf = (chosen: readonly Offer[]): readonly Remedy[] => [
  ...new Map(chosen.map(({ remedy }) => [keyOf(remedy), remedy])).values(),
];

const keyOf = ({ kind, args }: Pick<PlannedLine, 'kind' | 'args'>): string => canonical([kind, args]);

/** Two findings that the same line would put right. */
export const isOfSameRemedy = (one: Finding, other: Finding): boolean =>
  isOffer(one) && isOffer(other) && one.check === other.check && keyOf(one.remedy) === keyOf(other.remedy);

/**
 * What was chosen is a note with its line: it no longer stands in the way of the plan. Whether it was put right is seen
 * when everything is checked again before the first host.
 */
export function takenCareOf(
  findings: readonly Finding[],
  chosen: readonly Offer[],
  lines: readonly PlannedLine[],
): readonly Finding[] {
  return findings.map((finding) => {
    if (!isOffer(finding) || !chosen.some((one) => isOfSameRemedy(one, finding))) return finding;
    const line = lines.find((one) => keyOf(one) === keyOf(finding.remedy));
    if (!line) return finding;
    return {
      ...finding,
      severity: 'note',
      what: `${finding.what} The plan puts it right before the first host: “${line.title}” (${line.id}).`,
      advice: ['Nothing to do.'],
      takenCareOf: { severity: finding.severity, line: line.id },
    };
  });
}

/** The pool as it will be when the remedies are carried out, as far as it changes where VMs fit and what must be attached. */
export const onceRemedied = (pool: Snapshot, remedies: readonly Remedy[]): Snapshot =>
  remedies.reduce((then, { kind, args }) => {
    // written by checks and nobody else
    const { until, host, srs } = (args ?? {}) as {
      readonly until?: { readonly see: string; readonly version?: string };
      readonly host?: string;
      readonly srs?: readonly { readonly uuid: string }[];
    };
    if (until?.see === 'capability-row' && until.version !== undefined)
      return withCapabilityRow(then, until.version);
    if (kind === 'attach-storage' && host !== undefined && srs)
      return attached(
        then,
        host,
        srs.map((sr) => sr.uuid),
      );
    return then;
  }, pool);

const attached = (pool: Snapshot, name: string, srs: readonly string[]): Snapshot => ({
  ...pool,
  hosts: pool.hosts.map((host) =>
    host.name === name
      ? { ...host, pbds: host.pbds.map((pbd) => (srs.includes(pbd.sr) ? { ...pbd, attached: true } : pbd)) }
      : host,
  ),
});

function withCapabilityRow(pool: Snapshot, version: string): Snapshot {
  const { traits } = pool.cloudstack;
  const rows = traits?.capabilities ?? [];
  const copied = rows.find((row) => row.version === rowToCopy(pool, version));
  if (!traits || !copied) return pool;
  const capabilities = [...rows, { ...copied, version }];
  return { ...pool, cloudstack: { ...pool.cloudstack, traits: { ...traits, capabilities } } };
}
