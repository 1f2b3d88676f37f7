/** The client's half of XML-RPC: what it will not send, what it reads, and that large answers do not hold the loop. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as fc from 'fast-check';
import { decodeReply, IN_WORKER_ABOVE } from '../../src/adapters/xapi/decode';
import { BadArgument, encodeCall } from '../../src/adapters/xapi/encode';
import type { Wire } from '../../src/adapters/xapi/transport';
import { ADVISED_CODES, xapiProblem } from '../../src/domain/xapi-advice';
import { decodeRequest, encodeReply, formatDouble } from '../../src/sim/xapi/codec';
import { plain, type XapiValue } from '../../src/sim/xapi/values';

test.each([
  ['undefined', undefined],
  ['null', null],
  ['an integer', 30],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a BigInt', 1n],
  ['a date', new Date(0)],
  ['undefined deep inside', [{ a: ['x', undefined] }]],
])('%s is refused before anything is sent', (_, value) => {
  expect(() => encodeCall('host.enable', ['OpaqueRef:x', value as unknown as Wire])).toThrow(BadArgument);
});

const value: fc.Arbitrary<XapiValue> = fc.letrec<{ value: XapiValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '<', '>', '&', '"', "'", 'é', '漢', ';') }),
    fc.boolean(),
    // %.16g has one digit less than a double may need.
    fc.integer({ min: -1e6, max: 1e6 }).map((one) => one + 0.25),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('what the client sends is what the pretend host reads', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (params) => {
      expect(decodeRequest(encodeCall('VM.start', params as readonly Wire[]))).toEqual({
        method: 'VM.start',
        params,
      });
    }),
  );
});

test('what the pretend host says is what the client reads', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (said) => {
      const reply = await decodeReply(Buffer.from(encodeReply({ Status: 'Success', Value: said })));
      expect(reply).toEqual({ Status: 'Success', Value: plain(said) });
    }),
  );
});

test.each([
  [0, '0'],
  [0.1, '0.1'],
  [1 / 3, '0.3333333333333333'],
  [0.00001, '1e-05'],
  [1e20, '1e+20'],
  [Number.NaN, 'nan'],
])('a double is written as OCaml writes %p: %s', (number, written) => {
  expect(formatDouble(number)).toBe(written);
});

test.each([
  ['nothing', ''],
  ['an HTML page', '<html><body><h1>HTTP 500</h1></body></html>'],
  ['half an answer', '<?xml version="1.0"?><methodResponse><params><param><value><struct><member>'],
])('%s is no answer', async (_, body) => {
  await expect(decodeReply(Buffer.from(body))).rejects.toThrow(/answer/);
});

test('an answer of many megabytes is read without holding the event loop', async () => {
  const record = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`field_${i}`, `value ${i} of a record`]),
  );
  const table = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`OpaqueRef:${i}`, record]));
  const body = Buffer.from(encodeReply({ Status: 'Success', Value: table }));
  expect(body.length).toBeGreaterThan(10 * IN_WORKER_ABOVE);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const reply = await decodeReply(body);
  delay.disable();
  expect(Object.keys((reply as { Value: object }).Value)).toHaveLength(3000);
  // Read here it would be one block of more than a second; handing it over costs a copy.
  expect(delay.max / 1e6).toBeLessThan(600);
});

const LONG = 'x'.repeat(100);
const bodyOf = (said: XapiValue): Buffer => Buffer.from(encodeReply({ Status: 'Success', Value: said }));

test.each<[string, XapiValue]>([
  [
    'a table of a thousand records',
    Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [`OpaqueRef:${n}`, { name: LONG, tags: [`${n}`, 'b'] }]),
    ),
  ],
  ['a list of a thousand names', Array.from({ length: 1000 }, (_, n) => `${n} ${LONG}`)],
  [
    'a thousand events and their token',
    { events: Array.from({ length: 1000 }, (_, n) => ({ id: `${n}`, class: LONG })), token: 'last' },
  ],
  ['one long text', LONG.repeat(1000)],
])('%s, parsed in a thread, comes back whole and in order', async (_, said) => {
  const body = bodyOf(said);
  expect(body.length).toBeGreaterThan(IN_WORKER_ABOVE);

  const reply = await decodeReply(body);

  expect(reply).toEqual({ Status: 'Success', Value: plain(said) });
  expect(JSON.stringify(reply)).toBe(JSON.stringify({ Status: 'Success', Value: plain(said) }));
});

test('large answers that come together are each given to whoever asked, a broken one to its asker alone', async () => {
  const list = (name: string): XapiValue => Array.from({ length: 1000 }, () => `${name} ${LONG}`);
  const broken = Buffer.from(`<methodResponse>${LONG.repeat(1000)}</wrong></methodResponse>`);

  const replies = await Promise.allSettled([
    decodeReply(bodyOf(list('a'))),
    decodeReply(broken),
    decodeReply(bodyOf(list('b'))),
  ]);

  expect(replies).toEqual([
    { status: 'fulfilled', value: { Status: 'Success', Value: list('a') } },
    { status: 'rejected', reason: expect.objectContaining({ message: expect.stringMatching(/answer/) }) },
    { status: 'fulfilled', value: { Status: 'Success', Value: list('b') } },
  ]);
});

test('a large answer is given away to be parsed: it is not in memory twice', async () => {
  const body = bodyOf(LONG.repeat(1000));

  const reply = decodeReply(body);

  expect(body).toHaveLength(0);
  await reply;
});

test('every code with advice becomes a problem without an OpaqueRef and without an empty place', () => {
  for (const code of [...ADVISED_CODES, 'SR_BACKEND_FAILURE_47', 'HA_SOMETHING', 'NEVER_HEARD_OF']) {
    const problem = xapiProblem({
      doing: 'try',
      code,
      params: ['OpaqueRef:a', 'OpaqueRef:b', '', 'x'],
      nameOf: () => undefined,
    });
    expect(JSON.stringify(problem)).not.toMatch(/OpaqueRef|\{\d\}/);
    expect(problem.doThis.length).toBeGreaterThan(0);
  }
});
