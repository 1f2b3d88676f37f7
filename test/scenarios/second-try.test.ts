/** The failure of a first try is not held against the second: what was meant since a look began is not in it. */
import { endedWell, problemsIn, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';

test('a maintenance that was refused once and is asked for once more by a person stops the lane once', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([
    { call: 'cloudstack:prepareHostForMaintenance', on: 'host-1', how: 'refuse', code: '530' },
  ]);

  const run = await told(it);

  endedWell(it, run);
  expect(await problemsIn(it, run.id)).toEqual(['MAINTENANCE_REFUSED']);
});
