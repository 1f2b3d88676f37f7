/** Lines about the licence of the media: accepted before anything is changed, and the same text before each host. */
import type { HostSnapshot } from '../domain/pool';
import { needsLicence } from '../domain/licence';
import { acceptLicence } from '../steps/accept-licence';
import type { LineDraft } from '../steps/step';
import { urlFor } from './into-installer';
import type { ProcedureInput } from './procedure';

const licenceOf = (input: ProcedureInput, host: HostSnapshot, again: boolean): readonly LineDraft[] => {
  const url = urlFor(input, host);
  if (url === undefined) return [];
  const { target: to } = input;
  const needed = needsLicence(host.brand, to);
  return [acceptLicence({ host: host.name, uuid: host.uuid, url, to, needed, again })];
};

/** As the first host that installs by itself is given it. */
export const licenceFirst = (input: ProcedureInput, left: readonly HostSnapshot[]): readonly LineDraft[] => {
  const first = left.find((host) => urlFor(input, host) !== undefined);
  return first ? licenceOf(input, first, false) : [];
};

export const licenceAgain = (input: ProcedureInput, host: HostSnapshot): readonly LineDraft[] =>
  licenceOf(input, host, true);
