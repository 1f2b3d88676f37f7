/** Every command of this CloudStack by its lower-case name; listApis tells of them all, itself included. */
import { compareVersions } from '../../../domain/version';
import { invalid } from '../refusal';
import type { Row } from '../side';
import { CLUSTER_COMMANDS } from './clusters';
import { type Command, isAsync, type Param, paramsOf } from './command';
import { DEPLOYMENT_COMMANDS } from './deployments';
import { HOST_COMMANDS } from './hosts';
import { SERVER_COMMANDS } from './servers';
import { SYSTEM_COMMANDS } from './system';
import { VM_ACTIONS } from './vm-actions';
import { VM_LISTS } from './vm-lists';
import { ZONE_COMMANDS } from './zone';

const exists = (command: Command, version: string): boolean =>
  command.since === undefined || compareVersions(version, command.since) >= 0;

/** The command of this name in this version of CloudStack. */
export function commandNamed(name: string, version: string): Command | undefined {
  const command = COMMANDS.get(name.toLowerCase());
  return command && exists(command, version) ? command : undefined;
}

const listApis: Command = {
  name: 'listApis',
  description: 'Lists the commands that the caller may use.',
  takes: 'name',
  answers: 'api',
  mutates: false,
  since: '4.1',
  run: ({ params, side }) => {
    const name = params.text('name');
    const shown = [...COMMANDS.values()].filter(
      (one) =>
        exists(one, side.profile.version) &&
        (name === undefined || one.name === name) &&
        !side.told.missingCalls?.includes(one.name),
    );
    if (shown.length === 0)
      throw invalid(`The API command '${name ?? ''}' does not exist or is not available`);
    return { count: shown.length, api: shown.map(apiRow) };
  },
};

/** API types as listApis spells them. */
const TYPES: Readonly<Partial<Record<Param['type'], string>>> = {
  boolean: 'boolean',
  integer: 'integer',
  list: 'list',
  map: 'map',
  date: 'date',
  string: 'string',
};

function apiRow(command: Command): Row {
  return {
    name: command.name,
    description: command.description,
    isasync: isAsync(command),
    related: '',
    params: paramsOf(command).map((param) => ({
      name: param.name,
      description: param.name,
      type: TYPES[param.type] ?? 'uuid',
      length: 255,
      required: param.required,
    })),
    response: [{ name: command.answers, description: command.answers, type: 'string' }],
  };
}

export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    ...HOST_COMMANDS,
    ...CLUSTER_COMMANDS,
    ...VM_LISTS,
    ...VM_ACTIONS,
    ...DEPLOYMENT_COMMANDS,
    ...ZONE_COMMANDS,
    ...SYSTEM_COMMANDS,
    ...SERVER_COMMANDS,
    listApis,
  ].map((command) => [command.name.toLowerCase(), command]),
);
