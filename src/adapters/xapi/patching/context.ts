/** What every provider works with: the pool's session, names for references, and how long a patch may take. */
import { NotSent, Refused, Unreachable } from '../../../domain/errors';
import type { PatchesSeen, Precheck } from '../../../domain/patching';
import { xapiProblem } from '../../../domain/xapi-advice';
import type { Patching } from '../../../ports-patching';
import type { Session } from '../session';
import type { Directory, Table } from '../tables';
import type { ArtefactFiles } from './artefact-files';

export interface PatchContext {
  readonly session: Session;
  readonly directory: Directory;
  readonly files: ArtefactFiles;
  /** Name in pools.yaml. */
  readonly pool: string;
  /** `XAPI of pool-a`. */
  readonly source: string;
  readonly refOf: (cls: string, uuid: string) => Promise<string>;
  /** A reference's name; "it" where it is not known. */
  readonly named: (ref: string) => string;
}

/** The mechanism of a release: Patching without the choice. What one does not have is absent. */
export interface Provider {
  seen(): Promise<PatchesSeen>;
  precheck: Patching['precheck'];
  stage: Patching['stage'];
  unstage: Patching['unstage'];
  synchronise?: Patching['synchronise'];
  apply: Patching['apply'];
  readiness?: Patching['readiness'];
}

/** A pre-check unpacks the hotfix on the host. Shorter than the 45 s of a look: who asks again finds it unpacked. */
const PRECHECK_SECONDS = 40;

type No = Precheck & { readonly ok: false };

/** Asks; a refusal is an answer, and so is one that hides in the text of a success (xc §1.7). */
export async function asked(
  context: PatchContext,
  method: string,
  params: readonly string[],
  name: string,
): Promise<{ readonly value: unknown } | No> {
  const doing = `look whether ${name} fits`;
  try {
    const value = await context.session.read(method, params, doing, { seconds: PRECHECK_SECONDS });
    return refusalIn(context, name, value) ?? { value };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const inside = error.params
      .map((param) => refusalIn(context, name, param))
      .find((one) => one !== undefined);
    return inside ?? { ok: false, code: error.code, says: named(context, error.problem.why) };
  }
}

/** `<error errorcode="…"><found>…</found><required>…</required></error>`: what the scripts of hotfixes print. */
function refusalIn(context: PatchContext, name: string, said: unknown): No | undefined {
  const text = typeof said === 'string' ? said : '';
  const code = /<error\s+errorcode="(\w+)"/.exec(text)?.[1];
  if (code === undefined) return undefined;
  const part = (tag: string): string => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1] ?? '';
  const missing = [...text.matchAll(/<prerequisite\s+uuid="([^"]+)"/g)].map(([, uuid]) => uuid);
  const params = [name, missing.length > 0 ? missing.join(';') : part('found'), part('required')];
  const { why } = xapiProblem({ doing: `apply ${name}`, code, params, nameOf: () => undefined });
  return { ok: false, code, says: named(context, why) };
}

/** Hotfixes that other ones need are named by uuid; the pool knows the names of some. */
const named = ({ directory }: PatchContext, text: string): string =>
  text.replace(
    /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
    (uuid) =>
      ['pool_patch', 'pool_update']
        .map((cls) => directory.refOf(cls, uuid))
        .map((ref) => (ref === undefined ? undefined : directory.nameOf(ref)))
        .find((name) => name !== undefined) ?? uuid,
  );

export const notThere = (code: string, name: string): Precheck => ({
  ok: false,
  code,
  says: xapiProblem({ doing: `find ${name}`, code, params: [name], nameOf: () => undefined }).why,
});

/** A look before a change: what fails here was not sent. */
export async function beforeActing<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Unreachable) throw new NotSent(error.message);
    throw error;
  }
}

/** Reference of the row with this uuid; undefined where there is none. */
export function rowOf(table: Table, uuid: string): string | undefined {
  for (const [ref, row] of table) if (row.text('uuid') === uuid) return ref;
  return undefined;
}

/** Whole seconds of a key in other_config; 0 where it is missing. */
export const seconds = (text: string | undefined): number => Math.floor(Number.parseFloat(text ?? '')) || 0;
