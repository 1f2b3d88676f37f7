/** CloudStack's class for a host: which versions it connects to at all, and a part of the vmops-version tag (cs §8.2, §8.3). */
import { compareVersions } from '../domain/version';

interface Row {
  /** First CloudStack with this row. */
  readonly since: string;
  readonly brand: string;
  /** product_version from and to, both included. */
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

const row = (since: string, brand: string, from: string, to: string, name: string): Row => ({
  since,
  brand,
  from,
  to,
  name,
});
/** Above every release of ours: 4.9.3 takes whatever is not older than 6.4. */
const ANY = '9999';

/** The first row that fits counts. */
const ROWS: readonly Row[] = [
  row('4.20.1', 'XenServer', '8.4', '8.4.9', 'XenServer84Resource'),
  row('4.20.1', 'XCP-ng', '8.3', '8.3.9', 'Xcp83Resource'),
  row('4.15', 'Citrix Hypervisor', '6.4', ANY, 'XenServer650Resource'),
  row('4.11.1', 'XCP-ng', '6.4', ANY, 'XenServer650Resource'),
  row('4.9.3', 'XenServer', '6.4', ANY, 'XenServer650Resource'),
  row('4.5.2', 'XenServer', '6.5', '6.5.9', 'XenServer650Resource'),
  row('4.2', 'XenServer', '6.2', '6.2.9', 'XenServer620Resource'),
  row('4.2', 'XenServer', '6.1', '6.1.9', 'XenServer610Resource'),
  row('3.0.5', 'XenServer', '6.0.2', '6.1.9', 'XenServer602Resource'),
  row('2.2.14', 'XenServer', '6.0.0', '6.0.1', 'XenServer600Resource'),
  row('2.2.4', 'XenServer', '5.6.100', '5.6.199', 'XenServer56FP1Resource'),
  row('2.2.4', 'XenServer', '5.6.0', '5.6.99', 'XenServer56Resource'),
];

/** The package moved with 4.5 (cs §8.2). */
const packageOf = (cloudStack: string): string =>
  compareVersions(cloudStack, '4.5') >= 0
    ? 'com.cloud.hypervisor.xenserver.resource'
    : 'com.cloud.hypervisor.xen.resource';

/** Undefined: this CloudStack refuses the host, which then never comes Up. */
export function resourceClassOf(
  cloudStack: string,
  brand: string,
  { version }: { readonly version: string },
): string | undefined {
  const found = ROWS.find(
    (one) =>
      one.brand === brand &&
      compareVersions(cloudStack, one.since) >= 0 &&
      compareVersions(version, one.from) >= 0 &&
      compareVersions(version, one.to) <= 0,
  );
  return found && `${packageOf(cloudStack)}.${found.name}`;
}
