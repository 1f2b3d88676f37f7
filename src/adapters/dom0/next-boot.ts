/** What the next boot of a host does, read from its boot loader's files, and how an installer is taken back (xc §2.8). */
import { Malformed, Refused } from '../../domain/errors';
import type { NextBoot } from '../../domain/installer';
import { problems } from '../../domain/problems';
import {
  BOOT_FILES,
  bootByExtlinux,
  bootByGrub,
  extlinuxFile,
  forgetNextBoot,
  grubFile,
  grubVariables,
  DOM0,
  removeRepartitionMark,
  type Command,
  type GrubDirectory,
} from '../ssh/commands';
import type { SshAnswer } from '../ssh/transport';

import { readMark, saysMissing } from './answers';

type Run = (command: Command) => Promise<SshAnswer>;

/** The plugin's entry: its label in extlinux, its title in GRUB. */
const LABEL = 'upgrade';
const TITLE = 'Rolling pool upgrade';

type Loader =
  | { readonly kind: 'extlinux'; readonly boot: Omit<NextBoot, 'repartition'> }
  | {
      readonly kind: 'grub';
      readonly directory: GrubDirectory;
      readonly boot: Omit<NextBoot, 'repartition'>;
    };

/** Throws Malformed where no boot loader's file can be read: what boots next is not known then. */
export async function readNextBoot(host: string, run: Run): Promise<NextBoot> {
  const [loader, mark] = await Promise.all([loaderOf(host, run), run(DOM0.safe2upgrade)]);
  return { ...loader.boot, repartition: readMark({ name: host }, mark) };
}

export async function keepPartitions(host: string, run: Run): Promise<void> {
  await changed(host, 'remove the mark /var/preserve/safe2upgrade', run(removeRepartitionMark));
}

/** The one-shot entry first: after it the default decides. */
export async function takeBackInstaller(host: string, ownEntry: string, run: Run): Promise<void> {
  const loader = await loaderOf(host, run);
  if (loader.kind === 'extlinux') {
    await changed(host, `boot ${ownEntry} by default`, run(bootByExtlinux(ownEntry)));
    return;
  }
  const { directory } = loader;
  await changed(host, 'forget the entry of the next boot', run(forgetNextBoot(directory)));
  await changed(host, `boot entry ${ownEntry} by default`, run(bootByGrub(directory, ownEntry)));
}

async function changed(host: string, doing: string, answer: Promise<SshAnswer>): Promise<void> {
  const { code, stderr } = await answer;
  if (code !== 0) throw new Refused(problems.dom0Refused(host, doing, stderr.trim().split('\n')[0] ?? ''));
}

async function loaderOf(host: string, run: Run): Promise<Loader> {
  const extlinux = await run(extlinuxFile);
  if (extlinux.code === 0) return { kind: 'extlinux', boot: readExtlinux(host, extlinux.stdout) };
  assertMissing(host, BOOT_FILES.extlinux, extlinux);
  for (const directory of BOOT_FILES.grub) {
    const file = await run(grubFile(directory));
    if (file.code !== 0) {
      assertMissing(host, `${directory}/grub.cfg`, file);
      continue;
    }
    const variables = await run(grubVariables(directory));
    // a loader without variables has no override; one that cannot be read may have
    if (variables.code !== 0 && !saysMissing(variables))
      throw new Malformed(`SSH on ${host}`, `${directory}/grubenv can not be read`);
    return { kind: 'grub', directory, boot: readGrub(host, file.stdout, variables.stdout) };
  }
  throw new Malformed(`SSH on ${host}`, 'no file of a boot loader that is known here can be read');
}

/** Only a file that is not there leaves the word to the next loader: one that cannot be read may be the one that boots. */
function assertMissing(host: string, path: string, answer: SshAnswer): void {
  if (!saysMissing(answer)) throw new Malformed(`SSH on ${host}`, `${path} can not be read`);
}

function readExtlinux(host: string, file: string): Omit<NextBoot, 'repartition'> {
  const first = /^default\s+(\S+)/im.exec(file)?.[1];
  if (first === undefined) throw new Malformed(`SSH on ${host}`, 'extlinux.conf names no default');
  const labels = [...file.matchAll(/^label\s+(\S+)/gim)].map(([, label]) => label!);
  const own = labels.find((label) => label !== LABEL) ?? 'xe';
  return first === LABEL ? { installer: 'default', ownEntry: own } : { installer: 'none', ownEntry: first };
}

/** Entries are numbered from 0 in the order of the file; default and override name one by number, title or id. */
function readGrub(host: string, file: string, variables: string): Omit<NextBoot, 'repartition'> {
  const titles = [...file.matchAll(/^menuentry\s+(["'])(.*?)\1/gm)].map(([, , title]) => title!);
  const installer = titles.indexOf(TITLE);
  const named = /^set default=["']?([^"'\n]+)["']?$/m.exec(file)?.[1];
  if (named === undefined || titles.length === 0)
    throw new Malformed(`SSH on ${host}`, 'grub.cfg names no default or no entry');
  const isInstaller = (word: string | undefined): boolean =>
    installer >= 0 && (word === String(installer) || word === TITLE);
  const override = /^override_entry=(.+)$/m.exec(variables)?.[1]?.trim();
  const own = isInstaller(named) ? String(titles.findIndex((title) => title !== TITLE)) : named;
  if (isInstaller(override)) return { installer: 'once', ownEntry: own };
  return { installer: isInstaller(named) ? 'default' : 'none', ownEntry: own };
}
