/** Every management server is Up and runs one release: the services are stopped and started by lines of the plan. */
import { sortedNames } from '../domain/order';
import { defineCheck, found } from './check';

export const managementServers = defineCheck({
  name: 'management-servers',
  summary: 'All management servers are Up and run the same release.',
  source: 'cs §12.2 and §12.4',
  look(pool) {
    const servers = pool.cloudstack.managementServers;
    const down = servers.filter((server) => server.state !== 'Up' && server.state !== 'unknown');
    const versions = new Set(servers.map((server) => server.version).filter((version) => version !== ''));
    return [
      ...down.map((server) =>
        found(
          'question',
          server.name,
          `The management server ${server.name} is ${server.state}.`,
          [`CloudStack: ${server.state}, version ${server.version}`],
          'If it is meant to run, start it and ask for the plan again; if it is gone for good, approving the plan says so.',
        ),
      ),
      ...(versions.size > 1
        ? [
            found(
              'block',
              pool.name,
              `The management servers run different releases: ${sortedNames(versions).join(', ')}.`,
              servers.map((server) => `${server.name} runs ${server.version}`),
              'Finish the upgrade of CloudStack first.',
            ),
          ]
        : []),
    ];
  },
});
