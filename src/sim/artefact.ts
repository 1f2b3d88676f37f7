/** A file of a hotfix, driver disk or pack as the simulated hosts read it: one line that says what it is, then padding. */
import { z } from 'zod';

const texts = z.array(z.string());
const shape = z.strictObject({
  uuid: z.string(),
  /** Of a pack: `originator:name`. */
  name: z.string(),
  kind: z.enum(['hotfix', 'pack']),
  /** Versions of hosts that take it. */
  versions: texts,
  /** By name. */
  requires: texts,
  conflicts: texts,
  /** XAPI's words: restartHost, restartXAPI, restartHVM, restartPV. */
  guidance: texts,
  /** Words that nobody sees before the first host has it. */
  lateGuidance: texts,
  /** What a pre-check says of its live patch. */
  live: z.enum(['complete', 'incomplete']).optional(),
});
export type SimArtefact = Readonly<z.infer<typeof shape>>;

/** Before any file of this kind. */
const MAGIC = 'simulated artefact ';
/** The line is shorter than this. */
export const HEADER_BYTES = 64 * 1024;

const XAPI_WORDS: Readonly<Record<string, string>> = {
  reboot: 'restartHost',
  'restart-toolstack': 'restartXAPI',
  'restart-vms': 'restartHVM',
};

export interface ArtefactSpec extends Pick<SimArtefact, 'uuid' | 'name' | 'versions'> {
  readonly kind?: SimArtefact['kind'];
  readonly requires?: readonly string[];
  readonly conflicts?: readonly string[];
  /** Our words or XAPI's; a word that nobody knows stays what it is. */
  readonly guidance?: readonly string[];
  readonly lateGuidance?: readonly string[];
  readonly live?: 'complete' | 'incomplete';
}

const wordsOf = (guidance: readonly string[] = []): string[] =>
  guidance.filter((word) => word !== 'none').map((word) => XAPI_WORDS[word] ?? word);

export function artefactOf(spec: ArtefactSpec): SimArtefact {
  return {
    uuid: spec.uuid,
    name: spec.name,
    kind: spec.kind ?? 'hotfix',
    versions: [...spec.versions],
    requires: [...(spec.requires ?? [])],
    conflicts: [...(spec.conflicts ?? [])],
    guidance: wordsOf(spec.guidance),
    lateGuidance: wordsOf(spec.lateGuidance),
    ...(spec.live && { live: spec.live }),
  };
}

/** The file, so many bytes long and never shorter than its first line. */
export function makeArtefact(spec: ArtefactSpec, bytes = 4096): Buffer {
  const line = Buffer.from(`${MAGIC}${JSON.stringify(artefactOf(spec))}\n`);
  return Buffer.concat([line, Buffer.alloc(Math.max(0, bytes - line.length))]);
}

/** What a file begins with; undefined where it is something else. */
export function readArtefact(head: Buffer): SimArtefact | undefined {
  const text = head.subarray(0, HEADER_BYTES).toString('utf8');
  const end = text.indexOf('\n');
  if (!text.startsWith(MAGIC) || end < 0) return undefined;
  try {
    return shape.parse(JSON.parse(text.slice(MAGIC.length, end)));
  } catch {
    return undefined;
  }
}
