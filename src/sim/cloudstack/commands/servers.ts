/** Management servers as the API shows and stops them: listed from 4.12, shut down in an orderly way from 4.19 (cs §3, §12.2). */
import type { SimManagementServer } from '../../model';
import { unfinishedJobs } from '../jobs';
import { invalid } from '../refusal';
import { serverId } from '../render';
import { stopManagement } from '../services';
import type { CloudStackSide, Row } from '../side';
import { type Call, type Command, list, page, row } from './command';
import { matches } from './hosts';

const jobsOf = (side: CloudStackSide, server: SimManagementServer): number =>
  unfinishedJobs(side).filter((job) => job.server === server.name).length;

function stateOf(side: CloudStackSide, server: SimManagementServer): string {
  if (!server.ready) return 'Down';
  const phase = side.shuttingDown.get(server.name);
  if (phase === 'triggered') return 'ShuttingDown';
  if (phase === undefined) return 'Up';
  return jobsOf(side, server) === 0 ? 'ReadyToShutDown' : 'PreparingForShutDown';
}

const serverRow = (side: CloudStackSide, server: SimManagementServer): Row =>
  row({
    id: serverId(server),
    name: server.name,
    state: stateOf(side, server),
    version: side.profile.version,
    serviceip: server.address,
    // 4.21 and later
    agentscount: side.cloud.pools
      .flatMap((pool) => pool.hosts)
      .filter((host) => host.cs.owner === server.name).length,
    pendingjobscount: jobsOf(side, server),
  });

const listManagementServers: Command = {
  ...list(
    'listManagementServers',
    'managementserver',
    'Lists management servers.',
    'id:uuid name',
    (call) => {
      const rows = call.side.cloud.managementServers.map((server) => serverRow(call.side, server));
      return page(
        call,
        'managementserver',
        rows.filter((one) => matches(call, one, ['id', 'name'])),
      );
    },
  ),
  since: '4.12',
};

function serverOf({ side, params }: Call): SimManagementServer {
  const id = params.text('managementserverid');
  const server = side.cloud.managementServers.find((one) => serverId(one) === id);
  if (!server) throw invalid(`Unable to find the management server ${id ?? ''}`);
  return server;
}

const answer = (side: CloudStackSide, server: SimManagementServer, key: string): Row => ({
  [key]: {
    readyforshutdown: side.shuttingDown.has(server.name) && jobsOf(side, server) === 0,
    shutdowntriggered: side.shuttingDown.get(server.name) === 'triggered',
    pendingjobscount: jobsOf(side, server),
    managementserverid: serverId(server),
  },
});

const command = (
  name: string,
  description: string,
  run: (call: Call, server: SimManagementServer) => void,
): Command => ({
  name,
  description,
  takes: 'managementserverid!:uuid',
  answers: name.toLowerCase(),
  mutates: name !== 'readyForShutdown',
  since: '4.19',
  run: (call) => {
    const server = serverOf(call);
    run(call, server);
    return answer(call.side, server, name.toLowerCase());
  },
});

export const SERVER_COMMANDS: readonly Command[] = [
  listManagementServers,
  command('prepareForShutdown', 'Takes no new jobs, lets running ones end.', ({ side }, server) => {
    if (side.shuttingDown.has(server.name)) throw invalid('Shutdown has already been triggered');
    side.shuttingDown.set(server.name, 'prepared');
  }),
  command('readyForShutdown', 'Tells whether jobs are still running.', () => undefined),
  command('triggerShutdown', 'Stops the server as soon as no job is running.', ({ side, by }, server) => {
    side.shuttingDown.set(server.name, 'triggered');
    const look = (): void => {
      if (side.shuttingDown.get(server.name) !== 'triggered') return;
      if (jobsOf(side, server) === 0) stopManagement(side, server, by);
      else side.cloud.time.in(LOOK_SECONDS, look);
    };
    side.cloud.time.in(LOOK_SECONDS, look);
  }),
  command('cancelShutdown', 'Takes new jobs again.', ({ side }, server) => {
    if (!side.shuttingDown.delete(server.name))
      throw invalid('Management server is not in the right state to cancel shutdown');
  }),
];

/** The answer is out before the server goes. */
const LOOK_SECONDS = 2;
