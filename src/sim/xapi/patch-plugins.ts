/** Plugins in dom0 that install: updater.py of XCP-ng, and install-supp-pack of releases before 7.1 (xapi §8.4; xc §3.6). */
import { providerFor, type Guidance } from '../../domain/patching';
import type { SimHost } from '../model';
import { seePatch } from './breaches';
import { hostAt, map, text, type Call } from './method';
import { assertReachable } from './methods-pool';
import { SECONDS } from './timing';
import { callPlugin as callUpgradePlugin, changesHost as upgradeChanges } from './upgrade-plugin';
import { XapiFailure } from './values';

const UPDATER = 'updater.py';
const PACKS = 'install-supp-pack';
const CHANGES: ReadonlySet<string> = new Set([`${UPDATER} update`, `${PACKS} install`]);

/** What these packages want once they are there. yum knows no such thing, and any other one is taken to be a driver. */
const PACKAGES_WANT: ReadonlyMap<string, Guidance> = new Map([
  ['xapi-core', 'restart-toolstack'],
  ['xapi-xe', 'restart-toolstack'],
  ['message-switch', 'restart-toolstack'],
  ['openssh-server', 'none'],
  ['tzdata', 'none'],
]);

export const changesHost = (call: Call): boolean =>
  CHANGES.has(`${text(call, 1)} ${text(call, 2)}`) || upgradeChanges(call);

/** The plugin's word is its name in the call log; only these tell two things apart that share a word. */
export function callPlugin(call: Call): Promise<string> {
  const host = hostAt(call, 0);
  const provider = providerFor(host.brand, host.version);
  switch (text(call, 1)) {
    case UPDATER:
      if (provider !== 'updater') throw new XapiFailure('XENAPI_MISSING_PLUGIN', UPDATER);
      return runUpdater(call, host);
    case PACKS:
      if (provider !== 'pool_patch') throw new XapiFailure('XENAPI_MISSING_PLUGIN', PACKS);
      return installPack(call, host);
    default:
      return callUpgradePlugin(call);
  }
}

/** Failure of XCP-ng's plugins: code, sentence, what was printed, traceback. */
const failed = (code: string, message: string): XapiFailure =>
  new XapiFailure(code, message, '', 'Traceback (most recent call last): …');
const busy = (operation: string): XapiFailure =>
  failed('-1', `The updater plugin is busy (current operation: ${operation})`);

async function runUpdater(call: Call, host: SimHost): Promise<string> {
  const { world, pool, by } = call;
  const fn = text(call, 2);
  const changing = fn === 'update';
  if (changing) seePatch(world, host, by, `${UPDATER} update`);
  assertReachable(call, host);
  if (fn !== 'check_update' && !changing) throw new XapiFailure('UNKNOWN_XENAPI_PLUGIN_FUNCTION', fn);
  if (host.patching.busy !== undefined) throw busy(host.patching.busy);
  const strike = world.cloud.faults.strike('world:updater', host.name);
  if (strike?.how === 'stall') throw busy('check_update');
  const missing = pool.patching.offered.filter(({ name }) => !host.patching.updates.has(name));
  if (!changing) {
    await world.cloud.time.sleep(SECONDS.checkUpdate);
    return JSON.stringify(missing.map(({ name }) => packageNamed(name)));
  }
  host.patching.busy = 'update';
  try {
    await world.cloud.time.sleep(SECONDS.applyUpdates);
    assertReachable(call, host);
    // yum goes package by package: the first is there when the second fails
    const fails = strike?.how === 'fail' || world.cloud.faults.strike('world:patch', host.name) !== undefined;
    for (const { name } of fails ? missing.slice(0, 1) : missing) {
      host.patching.updates.add(name);
      const wanted = PACKAGES_WANT.get(name) ?? 'reboot';
      if (wanted !== 'none') host.patching.wants.add(wanted);
    }
    if (fails) throw failed('1', 'Error: Package does not match intended download');
  } finally {
    delete host.patching.busy;
    world.cloud.changed(pool, 'host', host.uuid);
  }
  return JSON.stringify({ exit: 0, stdout: 'Complete!' });
}

const packageNamed = (name: string) => ({
  name,
  version: '1.0',
  release: '2.xcpng8.2',
  description: `The package ${name}`,
  changelog: null,
  url: 'https://xcp-ng.org',
  size: 1_000_000,
  license: 'GPL',
});

async function installPack(call: Call, host: SimHost): Promise<string> {
  const { world, pool, by } = call;
  seePatch(world, host, by, `${PACKS} install`);
  assertReachable(call, host);
  const { vdi } = map(call, 3);
  const artefact = pool.patching.disks.find(({ uuid }) => uuid === vdi)?.artefact;
  await world.cloud.time.sleep(SECONDS.patchApply);
  const refused = (why: string): XapiFailure =>
    new XapiFailure('XENAPI_PLUGIN_FAILURE', 'install', 'Exception', why);
  if (!artefact || artefact.kind !== 'pack') throw refused('VDI holds no supplemental pack');
  if (!artefact.versions.includes(host.version)) throw refused(`pack is not for ${host.version}`);
  if (world.cloud.faults.strike('world:patch', host.name)) throw refused('rpm failed, exit code 1');
  // a driver is loaded at the boot
  host.patching.wants.add('reboot');
  host.traits = { ...host.traits, packs: [...new Set([...host.traits.packs, artefact.name])].toSorted() };
  world.cloud.changed(pool, 'host', host.uuid);
  return 'OK';
}
