/** The statement that a person is given for CloudStack's database names its own columns, and makes the row that was missing. */
import Libsql from 'libsql';
import { TABLES } from '../../../src/sim/db/schema';
import { lookAt } from './pool-files';

test('the row that is added is the nearest older one under the new version', async () => {
  const { findings } = await lookAt('no-capability-row', '7.1.2');
  const statement = /INSERT INTO .*;/.exec(
    findings.find((finding) => finding.check === 'capability-rows')?.advice[0] ?? '',
  )?.[0];
  const columns = TABLES.find((table) => table.name === 'hypervisor_capabilities')!.columns;
  const db = new Libsql(':memory:');
  db.exec("ATTACH ':memory:' AS cloud");
  db.exec(
    `CREATE TABLE cloud.hypervisor_capabilities (${columns.map(({ name }) => (name === 'id' ? 'id INTEGER PRIMARY KEY' : `"${name}"`)).join(', ')})`,
  );
  db.exec(
    "INSERT INTO cloud.hypervisor_capabilities (hypervisor_type, hypervisor_version, max_guests_limit, vm_snapshot_enabled) VALUES ('XenServer', '6.5.0', 500, 1), ('XenServer', 'default', 50, 0)",
  );

  // SQLite has no UUID(); everything else is as MySQL reads it
  db.exec((statement ?? '').replace('UUID()', "'made-up'"));

  const rows = db
    .prepare(
      "SELECT hypervisor_type, max_guests_limit, vm_snapshot_enabled FROM cloud.hypervisor_capabilities WHERE hypervisor_version = '7.1.2'",
    )
    .raw()
    .all();
  db.close();
  expect(rows).toEqual([['XenServer', 500, 1]]);
  expect(columns.map(({ name }) => name)).toEqual(
    expect.arrayContaining(
      [...(statement ?? '').matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)]
        .map(([name]) => name)
        .filter((name) => name !== 'hypervisor_capabilities'),
    ),
  );
});
