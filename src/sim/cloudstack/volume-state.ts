/** The state of a volume: at rest, unless the snapshot file says that it is in work. */
import type { SimPool } from '../model';

export const volumeState = (pool: SimPool, name: string): string =>
  pool.openWork?.volumes?.find((text) => text.startsWith(`${name} `))?.slice(name.length + 1) ?? 'Ready';
