/** What a host boots next is known, or it is not: an answer that proves nothing is never read as safe. */
import { readNextBoot } from '../../../src/adapters/dom0/next-boot';
import {
  DOM0,
  extlinuxFile,
  grubFile,
  grubVariables,
  type Command,
} from '../../../src/adapters/ssh/commands';
import type { SshAnswer } from '../../../src/adapters/ssh/transport';

const says = (stdout: string): SshAnswer => ({ code: 0, stdout, stderr: '' });
const fails = (code: number, stderr = ''): SshAnswer => ({ code, stdout: '', stderr });
const missing = fails(1, 'cat: No such file or directory');

const GRUB = says("set default=0\nmenuentry 'XCP-ng' {\n}\nmenuentry 'Rolling pool upgrade' {\n}\n");
const host: ReadonlyMap<Command, SshAnswer> = new Map([
  [DOM0.safe2upgrade, fails(1)],
  [extlinuxFile, missing],
  [grubFile('/boot/grub'), GRUB],
  [grubVariables('/boot/grub'), says('# GRUB Environment Block\n')],
]);
const read = (command?: Command, answer: SshAnswer = missing) =>
  readNextBoot('host-1', async (asked) => (asked === command ? answer : (host.get(asked) ?? missing)));

test('a host that boots its own system and has no mark', async () => {
  expect(await read()).toEqual({ installer: 'none', ownEntry: '0', repartition: false });
});

test('the mark is there when test says 0, and not when it says 1', async () => {
  expect(await read(DOM0.safe2upgrade, fails(0))).toMatchObject({ repartition: true });
  expect(await read(DOM0.safe2upgrade, fails(1))).toMatchObject({ repartition: false });
});

test.each([
  ['2: test itself failed', fails(2, 'test: too many arguments')],
  ['126: it could not be run', fails(126)],
  ['255: the connection broke', fails(255)],
  ['0 with a greeting on stdout', says('Welcome')],
])('whether the mark is there is not known after %s', async (_sentence, answer) => {
  await expect(read(DOM0.safe2upgrade, answer)).rejects.toThrow('/var/preserve/safe2upgrade');
});

describe.each([
  ['extlinux.conf', extlinuxFile],
  ['grub.cfg', grubFile('/boot/grub')],
])('%s', (name, file) => {
  test.each([
    ['refused', fails(1, `cat: ${name}: Permission denied`)],
    ['broken', fails(1, `cat: ${name}: Input/output error`)],
    ['cut off', fails(255)],
  ])('that cannot be read (%s) may be the loader that boots: nothing is known', async (_why, answer) => {
    await expect(read(file, answer)).rejects.toThrow(`${name} can not be read`);
  });
});

test('no loader that is known here: nothing is known', async () => {
  await expect(read(grubFile('/boot/grub'))).rejects.toThrow('no file of a boot loader');
});

describe('GRUB’s variables', () => {
  const variables = grubVariables('/boot/grub');

  test('name the entry of the next boot', async () => {
    expect(await read(variables, says('override_entry=1\n'))).toMatchObject({ installer: 'once' });
  });

  test('that are not there override nothing', async () => {
    expect(await read(variables, missing)).toMatchObject({ installer: 'none' });
  });

  test.each([
    ['refused', fails(1, 'cat: /boot/grub/grubenv: Permission denied')],
    ['broken', fails(1, 'cat: /boot/grub/grubenv: Input/output error')],
    ['cut off', fails(255)],
  ])('that cannot be read (%s) may override: nothing is known', async (_sentence, answer) => {
    await expect(read(variables, answer)).rejects.toThrow('grubenv');
  });
});
