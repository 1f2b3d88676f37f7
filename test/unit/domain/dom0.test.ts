/** What is gone of what people added: told by name, and only what is a loss. */
import { lostCustomisations, type Customisations } from '../../../src/domain/dom0';

const sha = (letter: string): string => letter.repeat(64);
const added: Customisations = {
  rcLocal: { lines: 2, sha256: sha('a') },
  crontabs: [{ path: '/etc/cron.d/job', sha256: sha('b') }],
  mounts: ['/mnt/backup nfs'],
};

test('what is as it was is no loss, nor is what is new', () => {
  expect(lostCustomisations(added, added)).toEqual([]);
  expect(
    lostCustomisations(added, {
      ...added,
      crontabs: [...added.crontabs, { path: '/etc/cron.d/new', sha256: sha('c') }],
      mounts: ['/mnt/new nfs', ...added.mounts],
    }),
  ).toEqual([]);
});

test('an rc.local that nobody had touched may become another one', () => {
  const stock = { ...added, rcLocal: { lines: 0, sha256: sha('a') } };

  expect(lostCustomisations(stock, { ...stock, rcLocal: { lines: 0, sha256: sha('d') } })).toEqual([]);
});

test('what is gone and what is another is told apart', () => {
  expect(
    lostCustomisations(added, {
      rcLocal: { lines: 1, sha256: sha('d') },
      crontabs: [{ path: '/etc/cron.d/job', sha256: sha('e') }],
      mounts: [],
    }),
  ).toEqual([
    '/etc/rc.d/rc.local (2 then, 1 now)',
    '/etc/cron.d/job (another one)',
    '/etc/fstab: /mnt/backup nfs',
  ]);
  expect(lostCustomisations(added, { ...added, crontabs: [] })).toEqual(['/etc/cron.d/job']);
});
