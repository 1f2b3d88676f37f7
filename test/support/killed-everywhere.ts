/** A story told again and again, a worker dying each time at seams where nobody has died yet, until none is left. */
import type { Run } from '../../src/domain/run';
import { mortal, type Moment } from './killing';
import type { Story } from './story';

export interface Tale {
  /** A fresh pool, its plan made and started. */
  begin(): Promise<{ readonly it: Story; readonly id: string }>;
  /** Throws where the ending is not as good as that of a story in which nobody dies. */
  wellEnded(it: Story, run: Run): void;
  /** A worker lives for at least so many seams after the last death: one line is over before the next worker dies. */
  readonly apart: number;
}

export const acts = (seams: readonly string[]): readonly string[] =>
  seams.filter((seam) => seam.startsWith('act '));
export const sampled = (seams: readonly string[], stride: number): readonly string[] =>
  seams.filter((_, i) => i % stride === 0);

export function killedEverywhere({ begin, wellEnded, apart }: Tale) {
  /** One worker after the other dies at the next seam that is still `open`, until the run is over. Gives the number of deaths. */
  async function oneAfterAnother(open: Set<string>, moment: Moment, workers: number): Promise<number> {
    const { it, id } = await begin();
    let deaths = 0;
    const born = () => {
      const youngest = deaths === 0 ? 1 : apart;
      const soul = mortal((seam, passed) => passed >= youngest && open.delete(seam), moment);
      return { soul, engine: it.worker(soul.wrap) };
    };
    let alive = Array.from({ length: workers }, born);
    for (;;) {
      const run = await it.play(id, {
        workers: alive.map(({ engine }) => engine),
        together: workers > 1,
        until: () => alive.some(({ soul }) => soul.dead),
      });
      const dead = alive.filter(({ soul }) => soul.dead);
      if (dead.length === 0) {
        wellEnded(it, run);
        return deaths;
      }
      deaths += dead.length;
      alive = alive.map((one) => (one.soul.dead ? born() : one));
    }
  }

  return {
    /** All seams of the story when nobody disturbs it; the same ones every time. */
    async undisturbed(): Promise<readonly string[]> {
      const { it, id } = await begin();
      const observed = mortal();
      wellEnded(it, await it.play(id, { workers: [it.worker(observed.wrap)] }));
      return [...new Set(observed.seams)];
    },
    /** Seams at which nobody could be made to die. */
    async everywhere(seams: readonly string[], moment: Moment, workers = 1): Promise<readonly string[]> {
      const open = new Set(seams);
      for (let stories = 0; open.size > 0 && stories < 5 * apart; stories++)
        if ((await oneAfterAnother(open, moment, workers)) === 0) break;
      return [...open];
    },
  };
}
