/** Whether the target supports the hardware is on a list that no API shows (S16; xc §1.9). */
import { changesVersion, defineCheck, found } from './check';

export const hardware = defineCheck({
  name: 'hardware',
  summary: 'A person has looked the hosts up in the compatibility list of the target.',
  source: 'seeds 003 and 004',
  look: (pool, target, extra) =>
    // it runs on the version that it keeps
    pool.hosts.length === 0 || !changesVersion(extra)
      ? []
      : [
          found(
            'question',
            pool.name,
            `Is the hardware of ${pool.name} on the compatibility list of ${target}?`,
            pool.hosts.flatMap((host) =>
              host.traits ? [`${host.name}: CPU of ${host.traits.cpu.vendor || 'unknown make'}`] : [],
            ),
            'Run on each host: dmidecode -s system-product-name; lspci -nn | grep -iE "raid|ethernet|fibre". Compare with hcl.xenserver.com.',
            'Approving the plan says that somebody did.',
          ),
        ],
});
