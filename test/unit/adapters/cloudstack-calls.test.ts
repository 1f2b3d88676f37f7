/** The calls that the key is checked for are the calls that the adapter makes, both ways. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_CALLS, callsMadeTo } from '../../../src/domain/cloudstack-calls';

const FOLDER = join(__dirname, '../../../src/adapters/cloudstack');
const VERBS =
  /'((?:list|find|query|get|update|prepare|cancel|reconnect|migrate|start|stop|detach|create|delete|deploy|destroy)[A-Z]\w+)'/g;

const made = new Set(
  readdirSync(FOLDER).flatMap((file) =>
    [...readFileSync(join(FOLDER, file), 'utf8').matchAll(VERBS)].map(([, name]) => name!),
  ),
);
// made by a person who follows the advice of guest-os-mappings, with the same key
const BY_HAND = ['addGuestOsMapping'];

test('every call that is made is checked, and every call that is checked is made', () => {
  expect([...made, ...BY_HAND].toSorted()).toEqual(ALL_CALLS);
});

test('a release is not asked for calls that came after it', () => {
  expect(callsMadeTo('4.11.3.0')).not.toContain('listManagementServers');
  expect(callsMadeTo('4.22.1.0')).toContain('listManagementServers');
  expect(callsMadeTo('2.2.14')).not.toContain('listApis');
});
