/** What `npm run demo` was asked for. Pure. */
import { parseArgs } from 'node:util';
import type { FaultSpec } from '../sim/faults';
import { DEFAULT_PAIR, pairNamed, PAIRS, PATCHED_PAIRS, type Pair } from '../sim/pairs';

export interface DemoAsked {
  /** Play the whole story without a browser and judge it. */
  readonly auto: boolean;
  /** MariaDB and Redis, and bot and two workers as processes of their own. */
  readonly real: boolean;
  /** Pool seconds per wall second. */
  readonly speed: number;
  readonly faults: readonly FaultSpec[];
  readonly port?: number;
  /** Versions that the story is played with. */
  readonly pair: Pair;
  /** What Ann asks for, and what it is judged by. */
  readonly procedure: DemoProcedure;
  /** With `hotfix`: who empties the hosts; absent: as the product chooses. */
  readonly solution?: string;
  /** The hosts install by themselves. */
  readonly automatic: boolean;
  /** Nobody stands at the consoles: whoever watches boots the hosts. */
  readonly byHand: boolean;
}

export const DEMO_USAGE =
  "npm run demo -- [--auto] [--real] [--speed N] [--port P] [--by-hand] [--automatic] [--procedure rolling-upgrade|rolling-reboot|hotfix] [--solution 1|2] [--pair NAME] [--fault 'CALL[@ON][#NTH] HOW[=CODE]']...";

const PROCEDURES = ['rolling-upgrade', 'rolling-reboot', 'hotfix'] as const;
export type DemoProcedure = (typeof PROCEDURES)[number];

export class WrongAsk extends Error {}

/** A minute of pool time per second: a host takes half a minute of watching. */
const SPEED = 60;

const told = ({ name, cloudStack, brand, from, to }: Pair): string =>
  `  ${name}: CloudStack ${cloudStack}, ${brand} ${from}${from === to ? '' : ` to ${to}`}`;

/** Throws WrongAsk with a sentence. */
export function demoAsked(argv: readonly string[]): DemoAsked {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        auto: { type: 'boolean', default: false },
        real: { type: 'boolean', default: false },
        speed: { type: 'string' },
        port: { type: 'string' },
        pair: { type: 'string', default: DEFAULT_PAIR.name },
        procedure: { type: 'string', default: PROCEDURES[0] },
        solution: { type: 'string' },
        'by-hand': { type: 'boolean', default: false },
        automatic: { type: 'boolean', default: false },
        fault: { type: 'string', multiple: true, default: [] },
      },
    }));
  } catch (error) {
    throw new WrongAsk(error instanceof Error ? error.message : String(error));
  }
  const speed = Number(values.speed ?? SPEED);
  if (!(speed > 0 && Number.isFinite(speed))) throw new WrongAsk('--speed is a number above 0');
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1024 && port <= 65_000))
    throw new WrongAsk('--port is a port from 1024 to 65000');
  const procedure = PROCEDURES.find((one) => one === values.procedure);
  if (!procedure) throw new WrongAsk(`--procedure is one of these: ${PROCEDURES.join(', ')}`);
  const among = procedure === 'hotfix' ? PATCHED_PAIRS : PAIRS;
  const pair = pairNamed(values.pair, among);
  if (!pair) throw new WrongAsk(`--pair ${values.pair} is not one of these:\n${among.map(told).join('\n')}`);
  const { solution } = values;
  if (solution !== undefined && (procedure !== 'hotfix' || !['1', '2'].includes(solution)))
    throw new WrongAsk('--solution is 1 or 2, and goes with --procedure hotfix');
  if (values.automatic && (procedure !== 'rolling-upgrade' || values['by-hand']))
    throw new WrongAsk('--automatic goes with an upgrade, and not with --by-hand');
  return {
    auto: values.auto,
    automatic: values.automatic,
    pair,
    procedure,
    ...(solution !== undefined && { solution }),
    real: values.real,
    speed,
    byHand: values['by-hand'],
    faults: values.fault.map(faultFrom),
    ...(port !== undefined && { port }),
  };
}

/** `world:installer@host-2 same-version`, `cloudstack:prepareHostForMaintenance#2 refuse=431`. */
export function faultFrom(text: string): FaultSpec {
  const match =
    /^(?<call>[^@#=]+?)(?:@(?<on>[^#]+?))?(?:#(?<nth>\d+))?\s+(?<how>[a-z-]+(?::\d+)?)(?:=(?<code>\S+))?$/.exec(
      text.trim(),
    );
  if (!match?.groups)
    throw new WrongAsk(
      `--fault '${text}': write CALL[@ON][#NTH] HOW[=CODE], for example 'world:installer@host-2 same-version'`,
    );
  const { call = '', on, nth, how = '', code } = match.groups;
  return {
    call,
    how,
    ...(on !== undefined && { on }),
    ...(nth !== undefined && { nth: Number(nth) }),
    ...(code !== undefined && { code }),
  };
}
