/** The log: what is written, and what never is. */
import { makeLog, withoutSecrets } from '../../src/log';

function logged(secrets: readonly string[] = []): { log: ReturnType<typeof makeLog>; lines: string[] } {
  const lines: string[] = [];
  const log = makeLog({
    process: 'worker',
    level: 'info',
    secrets: () => secrets,
    sink: (line) => void lines.push(line),
  });
  return { log, lines };
}
const records = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

test('a record is one line of JSON with process, level, time, and what it is about', () => {
  const { log, lines } = logged();

  log.child({ run: 'run-1', line: 'host-1-05-drain', host: 'host-1' }).info('waiting for i-2-5-VM');

  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  expect(records(lines)).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      process: 'worker',
      run: 'run-1',
      line: 'host-1-05-drain',
      host: 'host-1',
      msg: 'waiting for i-2-5-VM',
    },
  ]);
});

test('what is below the level is not written', () => {
  const { log, lines } = logged();

  log.debug('x');

  expect(lines).toEqual([]);
});

test.each([
  ['in the message', (log: ReturnType<typeof makeLog>, secret: string) => log.info(`password is ${secret}`)],
  [
    'in a field',
    (log: ReturnType<typeof makeLog>, secret: string) =>
      log.info({ call: { params: ['root', secret] } }, 'x'),
  ],
  [
    'in an error and its stack',
    (log: ReturnType<typeof makeLog>, secret: string) => log.error(new Error(`login ${secret} refused`)),
  ],
  [
    'in a child’s fields',
    (log: ReturnType<typeof makeLog>, secret: string) => log.child({ host: secret }).info('x'),
  ],
  [
    'inside an address',
    (log: ReturnType<typeof makeLog>, secret: string) =>
      log.info(`mysql://me:${encodeURIComponent(secret)}@db/x`),
  ],
  [
    'in a form',
    (log: ReturnType<typeof makeLog>, secret: string) =>
      log.info(new URLSearchParams({ token: secret }).toString()),
  ],
  [
    'in JSON inside a string',
    (log: ReturnType<typeof makeLog>, secret: string) => log.info(JSON.stringify({ secret })),
  ],
  [
    'in a header',
    (log: ReturnType<typeof makeLog>, secret: string) => log.info(Buffer.from(secret).toString('base64')),
  ],
])('a secret is taken out, %s', (_where, write) => {
  const secret = 'h"u n\\t+er/2';
  const { log, lines } = logged(['short', secret]);

  write(log, secret);

  const all = lines.join('');
  expect(records(lines)).toHaveLength(1);
  expect(all).toContain('[secret]');
  for (const form of [
    secret,
    encodeURIComponent(secret),
    'er/2',
    'er%2F2',
    Buffer.from(secret).toString('base64'),
  ])
    expect(all).not.toContain(form);
});

test('a secret that is part of another does not leave the rest of it behind', () => {
  expect(withoutSecrets('token is abc-def', ['abc', 'abc-def'])).toBe('token is [secret]');
});

test('a secret that looks like a key of the record does not break the line', () => {
  const { log, lines } = logged(['msg', 'level', '"']);

  log.info('level of msg');

  expect(records(lines)).toEqual([expect.objectContaining({ level: 'info', msg: '[secret] of [secret]' })]);
});

test('no opaque reference is written', () => {
  const { log, lines } = logged();

  log.error({ ref: 'OpaqueRef:6f1cbd1c-5b5f-4c0e-a9c5-2f3f0c5f7a10' }, 'HOST_OFFLINE OpaqueRef:NULL');

  expect(lines.join('')).not.toContain('OpaqueRef');
  expect(lines.join('')).toContain('HOST_OFFLINE [reference]');
});

test('secrets of a configuration that was read again are taken out as well', () => {
  const lines: string[] = [];
  let secrets = ['old'];
  const log = makeLog({
    process: 'bot',
    level: 'info',
    secrets: () => secrets,
    sink: (line) => void lines.push(line),
  });

  secrets = ['old', 'brand-new'];
  log.info('brand-new');

  expect(lines.join('')).not.toContain('brand-new');
});
