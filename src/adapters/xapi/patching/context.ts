/** What every provider works with: the pool's session, names for references, and how long a patch may take. */
import { NotSent, Refused, Unreachable } from '../../../domain/errors';
import type { PatchesSeen, Precheck } from '../../../domain/patching';
import { xapiProblem } from '../../../domain/xapi-advice';
import type { Patching } from '../../../ports-patching';
import type { Session } from '../session';
import type { Directory, Table } from '../tables';

export interface PatchContext {
  readonly session: Session;
  readonly directory: Directory;
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

/** A hotfix of 600 MB on a slow disk, or a hundred packages from a slow mirror: half an hour of wall time. */
export const PATCH_SECONDS = 1770;
/** A pre-check unpacks the hotfix on the host. */
const PRECHECK_SECONDS = 120;

/** Asks; a refusal is an answer. */
export async function asked(
  { session }: PatchContext,
  method: string,
  params: readonly string[],
  name: string,
): Promise<{ readonly value: unknown } | (Precheck & { readonly ok: false })> {
  try {
    return {
      value: await session.read(method, params, `look whether ${name} fits`, { seconds: PRECHECK_SECONDS }),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, code: error.code, says: error.problem.why };
  }
}

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
