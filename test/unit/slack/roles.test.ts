/** Who may do what: believed for a minute, refreshed unseen, and denied with the reason when unknown. */
import { roles } from '../../../src/adapters/roles';

const GRANTED = { viewer: ['UCAT'], requester: [], approver: ['subteam:S1'], operator: ['UANN'], admin: [] };

function world(members: (group: string) => Promise<readonly string[]>): {
  now: number;
  asks: number;
  roles: ReturnType<typeof roles>;
} {
  const state = { now: 0, asks: 0 };
  return Object.assign(state, {
    roles: roles({
      grantedIn: (pool) => (pool === 'pool-a' ? GRANTED : undefined),
      members: async (group) => {
        state.asks++;
        return members(group);
      },
      monotonic: () => state.now,
    }),
  });
}
const person = (id: string): { readonly id: string; readonly name: string } => ({ id, name: id });

test('a role includes those before it', async () => {
  const { roles: who } = world(async () => []);

  expect(await who.rolesOf(person('UANN'), 'pool-a')).toEqual({
    roles: ['viewer', 'requester', 'approver', 'operator'],
  });
  expect(await who.rolesOf(person('UCAT'), 'pool-a')).toEqual({ roles: ['viewer'] });
  expect(await who.rolesOf(person('UEVE'), 'pool-a')).toEqual({ roles: [] });
});

test('members of a group have its role, and are asked for once a minute at most', async () => {
  const w = world(async () => ['UBOB']);

  expect(await w.roles.rolesOf(person('UBOB'), 'pool-a')).toEqual({
    roles: ['viewer', 'requester', 'approver'],
  });
  w.now = 20_000;
  await w.roles.rolesOf(person('UBOB'), 'pool-a');
  expect(w.asks).toBe(1);
  w.now = 61_000;
  await w.roles.rolesOf(person('UBOB'), 'pool-a');
  expect(w.asks).toBe(2);
});

test('nobody waits for Slack at a click: a list half a minute old is refreshed in the background', async () => {
  let answer: (users: readonly string[]) => void = () => undefined;
  let first = true;
  const w = world(async () => {
    if (first) {
      first = false;
      return ['UBOB'];
    }
    return new Promise<readonly string[]>((resolve) => {
      answer = resolve;
    });
  });
  await w.roles.rolesOf(person('UBOB'), 'pool-a');
  w.now = 45_000;

  expect(await w.roles.rolesOf(person('UBOB'), 'pool-a')).toEqual({
    roles: ['viewer', 'requester', 'approver'],
  });
  answer([]);
  await new Promise(setImmediate);
  expect(await w.roles.rolesOf(person('UBOB'), 'pool-a')).toEqual({ roles: [] });
});

test('a group that cannot be read denies with the reason; who is named by id is not concerned', async () => {
  const w = world(async () => Promise.reject(new Error('Slack answered plan_upgrade_required')));

  expect(await w.roles.rolesOf(person('UBOB'), 'pool-a')).toEqual({
    unknown: expect.stringContaining('plan_upgrade_required') as string,
  });
  expect(await w.roles.rolesOf(person('UANN'), 'pool-a')).toMatchObject({
    roles: expect.arrayContaining(['operator']) as string[],
  });
});

test('a pool that is not configured is unknown', async () => {
  const { roles: who } = world(async () => []);

  expect(await who.rolesOf(person('UANN'), 'pool-x')).toEqual({
    unknown: expect.stringContaining('pool-x') as string,
  });
});
