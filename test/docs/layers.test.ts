/** The layers are kept by a tool, and the tool is shown to bite: every import that the table forbids is planted and found. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');

/** Where each layer lives, and one file of it that others import. */
const ROOMS = {
  domain: 'src/domain/it.ts',
  ports: 'src/ports.ts',
  checks: 'src/checks/it.ts',
  'checks/index': 'src/checks/index.ts',
  placement: 'src/placement/it.ts',
  'placement/index': 'src/placement/index.ts',
  steps: 'src/steps/it.ts',
  'steps/step': 'src/steps/step.ts',
  procedures: 'src/procedures/it.ts',
  'procedures/procedure': 'src/procedures/procedure.ts',
  'procedures/index': 'src/procedures/index.ts',
  engine: 'src/engine/it.ts',
  'engine/operator': 'src/engine/operator.ts',
  view: 'src/slack/view/it.ts',
  app: 'src/slack/app/it.ts',
  commands: 'commands/it.ts',
  'commands/index': 'commands/index.ts',
  notify: 'src/notify/it.ts',
  adapters: 'src/adapters/it.ts',
  sim: 'src/sim/it.ts',
  top: 'src/compose.ts',
} as const;
type Room = keyof typeof ROOMS;

/** Each layer may import itself and what is named here. */
const MAY_IMPORT = {
  domain: [],
  ports: ['domain'],
  checks: ['domain'],
  placement: ['domain'],
  steps: ['domain', 'ports'],
  procedures: ['domain', 'steps', 'steps/step'],
  engine: ['domain', 'ports', 'steps/step', 'checks/index', 'placement/index', 'procedures/procedure'],
  view: ['domain'],
  app: ['domain', 'ports', 'view', 'engine/operator', 'commands/index'],
  commands: ['domain', 'ports', 'engine', 'engine/operator', 'procedures/index'],
  notify: ['domain', 'ports', 'view'],
  adapters: ['domain', 'ports'],
  sim: ['domain'],
} as const satisfies Partial<Record<Room, readonly Room[]>>;
type Layer = keyof typeof MAY_IMPORT;

/** Who may use what lives in one room. */
const LIBRARIES: Readonly<Record<string, readonly Layer[]>> = {
  '@slack/bolt': ['app', 'adapters', 'sim', 'notify', 'view'],
  bullmq: ['adapters', 'sim'],
  ioredis: ['adapters', 'sim'],
  libsql: ['adapters', 'sim'],
  kysely: ['adapters', 'sim'],
  mysql2: ['adapters', 'sim'],
  ssh2: ['adapters', 'sim'],
  xmlrpc: ['adapters', 'sim'],
};
const WITHOUT_IO: readonly Layer[] = ['domain', 'checks', 'placement', 'procedures', 'steps'];

const layers = Object.keys(MAY_IMPORT) as Layer[];
const rooms = Object.keys(ROOMS) as Room[];
const ofLayer = (room: Room): string => room.split('/')[0] ?? room;

const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-layers-'));
afterAll(() => rmSync(directory, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}
const importing = (from: string, to: string, n: number): string => {
  const path = relative(dirname(from), to).replace(/\.ts$/, '');
  return `import * as it${n} from '${path.startsWith('.') ? path : `./${path}`}';\nexport const x${n} = it${n};\n`;
};
/** The file of a layer that imports everything; ports is one file only. */
const offender = (layer: Layer): string =>
  layer === 'ports' ? ROOMS.ports : join(dirname(ROOMS[layer]), 'offender.ts');

interface Found {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}
let found: readonly Found[] = [];

beforeAll(() => {
  for (const room of rooms) write(ROOMS[room], 'export {};\n');
  for (const layer of layers) {
    const from = offender(layer);
    const targets = rooms.map((room) => ROOMS[room]).filter((to) => to !== from);
    const libraries = [...Object.keys(LIBRARIES), 'node:fs'].map(
      (name, n) => `import * as l${n} from '${name}';\nexport const y${n} = l${n};\n`,
    );
    write(from, targets.map((to, n) => importing(from, to, n)).join('') + libraries.join(''));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  write('package.json', '{}');
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      join(ROOT, '.dependency-cruiser.cjs'),
      '--output-type',
      'json',
      'src',
      'commands',
    ],
    { cwd: directory, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  found = (JSON.parse(stdout) as { summary: { violations: readonly Found[] } }).summary.violations;
}, 120_000);

test.each(layers)('%s may import what the table says and nothing else', (layer) => {
  const may: readonly string[] = MAY_IMPORT[layer];
  const forbidden = rooms
    .filter((room) => ofLayer(room) !== layer && !may.includes(room))
    .map((room) => ROOMS[room]);

  const caught = found
    .filter(
      ({ from, to, rule }) =>
        from === offender(layer) && /^(src|commands)\//.test(to) && rule.name !== 'no-circular',
    )
    .map(({ to }) => to);

  expect([...new Set(caught)].sort()).toEqual([...forbidden].sort());
});

test.each(Object.entries(LIBRARIES))('%s is used in its own rooms only', (library, own) => {
  const caught = layers.filter((layer) =>
    found.some(
      ({ from, to, rule }) =>
        from === offender(layer) && to.includes(`node_modules/${library}/`) && rule.name.endsWith('-home'),
    ),
  );

  expect(caught).toEqual(layers.filter((layer) => !own.includes(layer)));
});

test('nothing in the core does I/O', () => {
  const caught = layers.filter((layer) =>
    found.some(
      ({ from, to, rule }) => from === offender(layer) && to === 'fs' && rule.name === 'no-io-in-the-core',
    ),
  );

  expect(caught).toEqual(layers.filter((layer) => WITHOUT_IO.includes(layer)));
});
