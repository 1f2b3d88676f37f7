/** A reboot is believed only when boot_time changed and three looks over 30 s of pool time agree (design: never list). */
import type { Note } from '../../../src/domain/run';
import { proveUpgrade } from '../../../src/steps/prove-upgrade';
import { AT, decide, HOST, MASTER, says } from '../../support/evidence';

const args = { ...HOST, from: '6.5.0', to: '7.1.2' };
const up = { answers: true, live: true, version: '7.1.2', bootTime: 200, masterUuid: 'uuid-1' };
const earlier = { 'upgrade-by-hand': { before: { bootTime: 100 } } };

/** Looks one after the other, each remembered as the engine does; what each of them concluded. */
function looks(seen: readonly (readonly [second: number, change: object])[]): readonly string[] {
  const notes: Note[] = [];
  return seen.map(([second, change]) => {
    const at = AT + second * 1000;
    const decision = decide(proveUpgrade, {
      args,
      now: { ...up, ...change },
      at,
      line: { notes: [...notes] },
      earlier,
    });
    if (decision.do === 'wait' && decision.note !== undefined) notes.push({ at, note: decision.note });
    return decision.do === 'stop' ? decision.problem.code : decision.do;
  });
}

test('three looks that agree over 30 s prove it', () => {
  expect(
    looks([
      [0, {}],
      [15, {}],
      [30, {}],
    ]),
  ).toEqual(['wait', 'wait', 'done']);
});

test('three looks within 29 s do not, nor do two over a minute', () => {
  expect(
    looks([
      [0, {}],
      [14, {}],
      [29, {}],
    ]),
  ).toEqual(['wait', 'wait', 'wait']);
  expect(
    looks([
      [0, {}],
      [60, {}],
    ]),
  ).toEqual(['wait', 'wait']);
});

test('looks closer than 10 s to each other say nothing new', () => {
  expect(
    looks([
      [0, {}],
      [1, {}],
      [2, {}],
      [3, {}],
      [29, {}],
    ]).slice(-1),
  ).toEqual(['wait']);
});

test.each([
  ['it does not answer', { answers: false, live: false, version: '', bootTime: 0 }],
  ['its heartbeat is missing', { live: false }],
])('a flap starts the 30 s anew: %s', (_sentence, flap) => {
  const seen = [
    [0, {}],
    [15, {}],
    [20, flap],
    [30, {}],
    [45, {}],
    [59, {}],
    [60, {}],
  ] as const;
  expect(looks(seen).slice(0, 6)).not.toContain('done');
  expect(looks(seen)[6]).toBe('done');
});

test('another boot in between starts the 30 s anew', () => {
  const again = { bootTime: 300 };
  const seen = [
    [0, {}],
    [15, {}],
    [20, again],
    [35, again],
    [49, again],
    [50, again],
  ] as const;
  expect(looks(seen)).toEqual(['wait', 'wait', 'wait', 'wait', 'wait', 'done']);
});

test('the old boot time is never believed, however long it agrees', () => {
  expect(
    looks([
      [0, { bootTime: 100 }],
      [15, { bootTime: 100 }],
      [30, { bootTime: 100 }],
      [600, { bootTime: 100 }],
    ]),
  ).not.toContain('done');
});

test('the old version after a reboot stops the lane, another one too', () => {
  expect(says(proveUpgrade, { args, now: { ...up, version: '6.5.0' }, earlier })).toBe('stop: SAME_VERSION');
  expect(says(proveUpgrade, { args, now: { ...up, version: '7.0.0' }, earlier })).toBe('stop: OTHER_VERSION');
});

test('the old version before the reboot is only waited for', () => {
  expect(says(proveUpgrade, { args, now: { ...up, version: '6.5.0', bootTime: 100 }, earlier })).toBe(
    'wait: host-2 does not answer yet',
  );
});

test('a master that came back as a member stops the lane', () => {
  const now = { ...up, masterUuid: 'uuid-3' };
  expect(says(proveUpgrade, { args: { ...args, ...MASTER }, now, earlier })).toBe('stop: MASTER_MOVED');
});

test('a member that came back as the master stops the lane', () => {
  const now = { ...up, masterUuid: HOST.uuid };
  expect(says(proveUpgrade, { args, now, earlier })).toBe('stop: MASTER_MOVED');
});
