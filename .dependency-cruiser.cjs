// The layers of the tree, as a table: who may import whom. Everything else is an error.
const DOMAIN = '^src/domain/';
const PORTS = '^src/ports(-patching)?\\.ts$';
const CHECKS = '^src/checks/';
const PLACEMENT = '^src/placement/';
const STEPS = '^src/steps/';
const PROCEDURES = '^src/procedures/';
const ENGINE = '^src/engine/';
const VIEW = '^src/slack/view/';
const APP = '^src/slack/app/';
const COMMANDS = '^commands/';
const NOTIFY = '^src/notify/';
const ADAPTERS = '^src/adapters/';
const SIM = '^src/sim/';

const layer = (name, from, mayImport, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(src|commands|test)/', pathNot: [from, ...mayImport] },
});

const home = (name, libraries, rooms) => ({
  name,
  severity: 'error',
  comment: 'A library lives in one room.',
  from: { path: '^(src|commands)/', pathNot: rooms },
  to: { path: `node_modules/(${libraries.join('|')})(/|$)` },
});

module.exports = {
  forbidden: [
    layer('domain', DOMAIN, [], 'The words know nothing but each other.'),
    layer('ports', PORTS, [DOMAIN], 'Ports are written in our words.'),
    layer('checks', CHECKS, [DOMAIN], 'A finding is a function of a snapshot.'),
    layer('placement', PLACEMENT, [DOMAIN], 'Placement takes rules, never a procedure.'),
    layer('steps', STEPS, [DOMAIN, PORTS], 'A step sees the world through ports only.'),
    layer(
      'procedures',
      PROCEDURES,
      [DOMAIN, STEPS],
      'A procedure is a list of steps; it never touches the world.',
    ),
    layer(
      'engine',
      ENGINE,
      [
        DOMAIN,
        PORTS,
        '^src/steps/step\\.ts$',
        '^src/checks/index\\.ts$',
        '^src/placement/index\\.ts$',
        '^src/procedures/procedure\\.ts$',
      ],
      'The engine runs any step and knows none by name.',
    ),
    layer('slack-view', VIEW, [DOMAIN], 'What people see is a function of the run.'),
    layer(
      'slack-app',
      APP,
      [DOMAIN, PORTS, VIEW, '^src/engine/operator\\.ts$', '^commands/index\\.ts$'],
      'Handlers verify, ack, and hand over.',
    ),
    layer(
      'commands',
      COMMANDS,
      [DOMAIN, PORTS, ENGINE, '^src/procedures/index\\.ts$'],
      'A command writes a wish; only the worker acts.',
    ),
    layer('notify', NOTIFY, [DOMAIN, PORTS, VIEW], 'A notifier reads; it never drives.'),
    layer('adapters', ADAPTERS, [DOMAIN, PORTS], 'Adapters are leaves.'),
    layer('sim', SIM, [DOMAIN], 'The simulator shares no code with the adapters it tests.'),
    home('slack-home', ['@slack'], ['^src/slack/', ADAPTERS, SIM, NOTIFY]),
    home(
      'queue-and-sql-home',
      ['bullmq', 'ioredis', 'kysely', 'mysql2', 'libsql', 'xmlrpc', 'ssh2', 'ws', '@resvg'],
      [ADAPTERS, SIM],
    ),
    {
      name: 'no-io-in-the-core',
      severity: 'error',
      comment: 'Nothing in the core does I/O or reads a clock.',
      from: { path: [DOMAIN, CHECKS, PLACEMENT, PROCEDURES, STEPS] },
      to: { dependencyTypes: ['npm', 'core'], pathNot: ['date-fns', '^crypto$', '^node:crypto$'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    exclude: { path: '^dist/' },
  },
};
