/** The inventory as files for the thread: JSON for programs, CSV for people who open it in a spreadsheet. */
import { cardName, inventoryFrom, type HostInventory, type Inventory, type Settings } from './inventory';
import type { NamedText } from './named-text';
import { recalled, type Run } from './run';

/** What was recorded in this run; none until the line that records it is done. */
export const inventoryFilesOf = (run: Run): readonly NamedText[] =>
  recalled(run, 'record-inventory')
    .filter((line) => line.status === 'done')
    .flatMap(({ before, begunAt }) => {
      const inventory = inventoryFrom(before);
      return inventory ? inventoryFiles(inventory, new Date(begunAt ?? run.startedAt).toISOString()) : [];
    });

/** `recordedAt`: ISO 8601. Written out when somebody reads them: the thread is matched often, and they stand there once. */
export function inventoryFiles(inventory: Inventory, recordedAt: string): readonly NamedText[] {
  const name = `inventory-${inventory.name.replace(/[^\w.-]/g, '_')}`;
  return [
    {
      name: `${name}.json`,
      get content() {
        return `${JSON.stringify({ recordedAt, ...inventory }, null, 2)}\n`;
      },
    },
    {
      name: `${name}.csv`,
      get content() {
        return csv(inventory);
      },
    },
  ];
}

/** One fact: `host` is the pool's name where the fact is the pool's. */
type Fact = readonly [host: string, kind: string, name: string, field: string, value: string];

function csv(inventory: Inventory): string {
  const rows: readonly (readonly string[])[] = [
    ['host', 'kind', 'name', 'field', 'value'],
    ...poolFacts(inventory),
    ...inventory.hosts.flatMap(hostFacts),
  ];
  // RFC 4180: lines end with CR LF
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Names come from people: a spreadsheet would run what begins like a formula, so that gets an apostrophe in front (OWASP, CSV injection). */
function cell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function poolFacts({ name: on, uuid, pool }: Inventory): readonly Fact[] {
  return [
    [on, 'pool', on, 'uuid', uuid],
    ...settings(on, 'pool', on, 'other_config', pool.otherConfig),
    ...pool.tags.map((tag): Fact => [on, 'pool', on, 'tag', tag]),
    ...pool.networks.flatMap(({ name, ...network }): readonly Fact[] => [
      [on, 'network', name, 'uuid', network.uuid],
      [on, 'network', name, 'bridge', network.bridge],
      [on, 'network', name, 'MTU', String(network.mtu)],
      ...network.tags.map((tag): Fact => [on, 'network', name, 'tag', tag]),
      ...settings(on, 'network', name, 'other_config', network.otherConfig),
    ]),
    ...pool.srs.flatMap(({ name, ...sr }): readonly Fact[] => [
      [on, 'SR', name, 'uuid', sr.uuid],
      [on, 'SR', name, 'type', sr.type],
      [on, 'SR', name, 'shared', String(sr.shared)],
    ]),
  ];
}

function hostFacts(host: HostInventory): readonly Fact[] {
  const on = host.name;
  const own = (field: string, value: string): Fact => [on, 'host', on, field, value];
  return [
    own('uuid', host.uuid),
    own('iscsi_iqn', host.iqn),
    own('multipathing', String(host.multipathing)),
    own('edition', host.edition),
    own('power_on_mode', host.powerOn.mode),
    ...settings(on, 'host', on, 'power_on_config', host.powerOn.config),
    ...host.tags.map((tag) => own('tag', tag)),
    ...settings(on, 'host', on, 'other_config', host.otherConfig),
    ...host.bonds.flatMap(({ device, cards, mode }): readonly Fact[] => [
      [on, 'bond', device, 'cards', cards.join(' ')],
      [on, 'bond', device, 'mode', mode],
    ]),
    ...host.interfaces.flatMap((one): readonly Fact[] => {
      const fact = (field: string, value: string): Fact => [on, 'interface', cardName(one), field, value];
      return [
        fact('network', one.network),
        ...(one.vlan === undefined ? [] : [fact('VLAN', String(one.vlan))]),
        fact('MAC', one.mac),
        fact('MTU', String(one.mtu)),
        fact('management', String(one.management)),
        fact('ip_configuration_mode', one.ip.mode),
        fact('IP', one.ip.address),
        fact('netmask', one.ip.netmask),
        fact('gateway', one.ip.gateway),
        fact('DNS', one.ip.dns),
        ...settings(on, 'interface', cardName(one), 'other_config', one.otherConfig),
      ];
    }),
    ...host.storage.flatMap((one): readonly Fact[] => [
      [on, 'PBD', one.name, 'SR', one.sr],
      [on, 'PBD', one.name, 'type', one.type],
      ...settings(on, 'PBD', one.name, 'device_config', one.config),
    ]),
  ];
}

const settings = (host: string, kind: string, name: string, of: string, map: Settings): readonly Fact[] =>
  Object.entries(map).map(([key, value]): Fact => [host, kind, name, `${of}:${key}`, value]);
