/** Every supported pair of CloudStack and hypervisor, upgraded from the first line to the last (cs §8.2, §9.5). */
import { defaultHidden } from '../../src/sim/default-pool';
import { PAIRS, poolOfPair } from '../../src/sim/pairs';
import { endedWell, told } from '../support/outcome';
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
