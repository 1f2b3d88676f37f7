/** What the pool is made of, into the journal before the first host is touched: the first look is the record (seeds 003, 004: export resource data). */
import { done } from '../domain/decision';
import type { Inventory } from '../domain/inventory';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { counted, minutes } from './sight';

type Args = { readonly pool: string };

export const recordInventory = defineStep<Args, Inventory>({
  ...LOOKS_ONLY,
  kind: 'record-inventory',
  v: 1,
  title: () => 'Record the inventory: networks, storage and settings of every host',
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: ({ xen }) => xen.inventory(),
  // the first look counts, whoever looks again after a restart: it is on disk before anything is concluded
  decide: ({ before: { hosts, pool } }) => {
    const all = (of: (host: Inventory['hosts'][number]) => readonly unknown[]): number =>
      hosts.flatMap(of).length;
    return done(
      [
        counted(hosts.length, 'host'),
        counted(
          all((host) => host.interfaces),
          'interface',
        ),
        counted(
          all((host) => host.bonds),
          'bond',
        ),
        counted(
          all((host) => host.storage),
          'PBD',
        ),
        counted(pool.srs.length, 'SR'),
        counted(pool.networks.length, 'network'),
      ].join(', '),
    );
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the pool could not be read'),
});
