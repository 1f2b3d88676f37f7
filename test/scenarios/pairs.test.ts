/** Every supported pair of CloudStack and hypervisor, upgraded from the first line to the last (cs §8.2, §9.5). */
import { defaultHidden } from '../../src/sim/default-pool';
import { pairNamed, PAIRS, poolOfPair } from '../../src/sim/pairs';
import { changes, endedWell, told } from '../support/outcome';
import { story } from '../support/story';

describe.each(PAIRS.map((pair) => [pair.name, pair] as const))('%s', (_name, pair) => {
  const it = story({ pools: [poolOfPair(pair)], hidden: defaultHidden, target: pair.to });

  test('a healthy pool is planned without a block or a warning', async () => {
    const { findings, verdict } = await it.plan();
    expect(findings.filter(({ severity }) => severity === 'block' || severity === 'warn')).toEqual([]);
    expect(verdict).toBe('go');
  });

  test('is upgraded host by host, and everything is given back', async () => {
    const run = await told(it);
    endedWell(it, run, pair.to);
  });
});

describe('CloudStack 4.2.0, whose maintenance hands the master role on', () => {
  const it = story({
    pools: [poolOfPair(pairNamed('4.2.0-xs6.2')!)],
    hidden: defaultHidden,
    target: '6.2.0',
  });

  test('the master is upgraded without maintenance, its cluster Unmanaged; members go into maintenance', async () => {
    const run = await told(it);
    endedWell(it, run, '6.2.0');
    const asked = changes(it).filter((call) => /^(prepareHostForMaintenance|updateCluster)/.test(call));
    expect(asked).toEqual([
      'updateCluster pool-a',
      'updateCluster pool-a',
      'prepareHostForMaintenance host-2',
      'prepareHostForMaintenance host-3',
    ]);
    expect(it.pool.master).toBe('host-1');
  });

  test('the services are stopped by a person: no command of ours drives their scripts', () => {
    expect(it.cloud.calls.filter(({ call }) => call.startsWith('systemctl stop'))).toEqual([]);
  });
});
