/** GET /updates: what the hosts lack of what was synchronised, in the shape that XAPI has had since v24.10.0 (xc §3.7.4). */
import type { Guidance } from '../../domain/patching';
import type { SimHost } from '../model';
import { missingUpdates, sortedGuidance } from './methods-update';
import { camelWord } from './record-patch';
import { refOf } from './values';

export const UPDATES_PATH = '/updates';

const guidanceOf = (guidance: readonly Guidance[]) => {
  const { mandatory, recommended, full } = sortedGuidance(guidance);
  return {
    mandatory: mandatory.map(camelWord),
    recommended: recommended.map(camelWord),
    full: full.map(camelWord),
    livepatch: [],
  };
};

/** undefined: nothing was synchronised yet. */
export function updatesOf({ pool }: SimHost): string | undefined {
  const { synced } = pool.patching;
  if (!synced) return undefined;
  return JSON.stringify({
    'xapi-api-version': '2.21',
    hosts: pool.hosts.map((host) => {
      const missing = missingUpdates(host);
      return {
        ref: refOf(host.uuid),
        guidance: guidanceOf([...new Set(missing.flatMap(({ guidance }) => guidance))]),
        RPMS: missing.map(({ name }) => `${name}.x86_64.rpm`),
        updates: missing.map(({ name }) => name),
        livepatches: [],
      };
    }),
    updates: synced.updates.map(({ name, guidance }) => ({
      id: name,
      title: name,
      summary: `Update ${name}`,
      description: '',
      'special-info': '',
      URL: `https://example.com/${name}`,
      type: 'improvement',
      issued: '20260101T00:00:00Z',
      severity: 'High',
      guidance: guidanceOf(guidance),
      livepatches: [],
    })),
    hash: synced.hash,
  });
}
