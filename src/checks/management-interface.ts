/** dom0's inventory names the bridge it brings up at boot: a host whose inventory disagrees with XAPI boots without a network. */
import { defineCheck, found } from './check';
import { stillToTouch } from './host-by-host';

const FILE = '/etc/xensource-inventory';

export const managementInterface = defineCheck({
  name: 'management-interface',
  summary: `Every host names in ${FILE} the management interface that XAPI has.`,
  source: 'seeds 003 and 004, pl S19',
  look: (pool, target, extra) =>
    stillToTouch(pool, target, extra).flatMap(({ name, pifs, dom0 }) => {
      const bridge = dom0.managementInterface;
      if (bridge === undefined) return [];
      const inXapi = pifs.filter((pif) => pif.management);
      // bonds and VLANs have bridges that xapi numbers; only a card's own is told by its name
      const card = /^xenbr(\d+)$/.exec(bridge)?.[1];
      const agree =
        bridge !== '' &&
        (card === undefined ||
          inXapi.some(({ device }) => device === `eth${card}` || !/^eth\d+$/.test(device)));
      if (agree || inXapi.length === 0) return [];
      const devices = inXapi.map(({ device }) => device).join(', ');
      return [
        found(
          'block',
          name,
          bridge === ''
            ? `dom0 of ${name} names no management interface: it would boot without one.`
            : `dom0 of ${name} brings up ${bridge} for management, XAPI has ${devices}.`,
          [`${FILE}: MANAGEMENT_INTERFACE='${bridge}'`, `XAPI: management on ${devices}`],
          `On the console of ${name}: xe pif-list management=true host-name-label=${name}; xe host-management-reconfigure pif-uuid=PIF`,
          'See that the remote console (iDRAC, iLO) of the host answers before it is rebooted: it may be all that is left.',
        ),
      ];
    }),
});
