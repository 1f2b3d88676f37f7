/** Which files of the media a host reaches, by curl's own word: what cannot be looked at is never taken as there. */
import { dom0 } from '../../../src/adapters/dom0/dom0';
import { mediaFiles } from '../../../src/adapters/dom0/media-files';
import type { SshAnswer } from '../../../src/adapters/ssh/transport';

const MEDIA = 'http://media.example/xs/';
const status = (stdout: string): SshAnswer => ({ code: 0, stdout, stderr: '' });
const exits = (code: number): SshAnswer => ({ code, stdout: '000', stderr: '' });
/** Every file answers 200 but .treeinfo, which answers this. */
const asked = (answer: SshAnswer, url = MEDIA) =>
  mediaFiles(url, async (command) => (command.includes('/.treeinfo') ? answer : status('200')));

test('all of them', async () => {
  expect(await asked(status('200'))).toEqual({ missing: [] });
});

test('heads only, each of one file below the URL, quoted', async () => {
  const sent: string[] = [];
  await mediaFiles("http://media.example/it's", async (command) => {
    sent.push(command);
    return status('200');
  });
  expect(sent.map((command) => /^curl -s -I -L .* ('.*')$/.exec(command)?.[1])).toEqual(
    ['.treeinfo', 'install.img', 'boot/vmlinuz', 'boot/xen.gz'].map(
      (file) => `'http://media.example/it'\\''s/${file}'`,
    ),
  );
});

test.each([
  [status('404'), /not there/],
  [status('403'), /does not let the host read/],
  [status('401'), /a user and a password/],
  [status('407'), /proxy/],
  [status('503'), /server failed \(503\)/],
  [status('302'), /answers 302/],
  [status(''), /answers nothing/],
  [exits(6), /does not know the name/],
  [exits(7), /takes no connection/],
  [exits(28), /not answer the host in time/],
  [exits(60), /does not trust the certificate/],
  [exits(99), /curl ended with 99/],
])('one that does not come: %j', async (answer, why) => {
  expect(await asked(answer)).toEqual({
    missing: [{ file: '.treeinfo', why: expect.stringMatching(why) as string }],
  });
});

test('by FTP curl’s exit is the answer: there is no status', async () => {
  const url = 'ftp://media.example/xs';
  expect(await mediaFiles(url, async () => status('350'))).toEqual({ missing: [] });
  expect(await asked(exits(78), url)).toMatchObject({ missing: [{ file: '.treeinfo' }] });
});

test('without curl, and by NFS, nobody has looked', async () => {
  expect(await asked(exits(127))).toEqual({ unseen: 'its dom0 has no curl' });
  expect(await asked(status('200'), 'nfs://10.0.0.9/xs')).toHaveProperty('unseen');
});

test('where the server wants a login no command is sent: its line could be read on the host', async () => {
  const reader = dom0({
    hosts: [{ uuid: 'u', name: 'host-1', target: { host: '10.0.0.1', port: 22 } }],
    transport: {
      exec: () => Promise.reject(new Error('a command was sent')),
      hostKey: async () => undefined,
    },
    media: { user: 'media', password: 'secret' },
  });
  expect(await reader.mediaFiles('u', MEDIA)).toHaveProperty('unseen');
});
