/** Work that XAPI has in hand: operations on pool and hosts, tasks that are not finished (R25; xapi §5.3, §9.1). */
import { defineCheck, found, isOwed } from './check';

export const xapiWork = defineCheck({
  name: 'xapi-work',
  summary: 'XAPI has no operation on the pool or a host in hand, and no unfinished task.',
  source: 'xc R25, xapi §5.3 and §9.1',
  look(pool, _target, extra) {
    const hosts = pool.hosts.filter(
      // what an upgrade has in work is watched by its own lines
      (host) => (host.traits?.operations.length ?? 0) > 0 && !isOwed(extra, 'host-in-maintenance', host.name),
    );
    const operations = pool.traits?.operations ?? [];
    const tasks = pool.traits?.tasks ?? [];
    return [
      ...hosts.map((host) =>
        found(
          'warn',
          host.name,
          `XAPI is busy with ${host.name}.`,
          (host.traits?.operations ?? []).map((operation) => `current operation: ${operation}`),
          'Wait until it is done; nothing is moved to a host that is being emptied or shut down.',
        ),
      ),
      ...(operations.length === 0
        ? []
        : [
            found(
              'warn',
              pool.name,
              `XAPI is busy with the pool ${pool.name}.`,
              operations.map((operation) => `current operation: ${operation}`),
              'Wait until it is done and ask for the plan again.',
            ),
          ]),
      ...(tasks.length === 0
        ? []
        : [
            found(
              'warn',
              pool.name,
              `XAPI has ${tasks.length} unfinished ${tasks.length === 1 ? 'task' : 'tasks'}.`,
              tasks,
              'Wait until they are done; a restart of the master drops them. See them with: xe task-list',
            ),
          ]),
    ];
  },
});
