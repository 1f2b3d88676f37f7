/** What people had added to dom0, beside what the installer left: told, and never holding; the copies are people's (seeds 003, 004). */
import { done, wait } from '../domain/decision';
import { lostCustomisations, type Customisations } from '../domain/dom0';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { listed, minutes, type HostArgs } from './sight';

/** `recorded`: when the plan was made, or the host was last looked at before it was begun. */
type Args = HostArgs & { readonly recorded: Customisations };
type Seen = { readonly now?: Customisations; readonly why?: string };

/** sshd of a host that was just enabled is up long before; what does not answer by then is told, not waited for. */
const TRIES_SECONDS = minutes(5);

export const compareCustomisations = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'compare-customisations',
  v: 1,
  title: ({ host }) => `List what was added to dom0 of ${host} and is gone`,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async ({ dom0 }, { uuid }) => {
    if (!dom0?.configured.includes(uuid)) return { why: 'SSH is not configured any more' };
    const { customisations, unread = [] } = await dom0.look(uuid);
    return customisations
      ? { now: customisations }
      : { why: unread.map(({ why }) => why).join('; ') || 'dom0 did not tell' };
  },
  decide: ({ args, now, line, at }) => {
    if (now.now) {
      const lost = lostCustomisations(args.recorded, now.now);
      return lost.length === 0
        ? done('everything that was added is still there')
        : done(`gone, put it back from your copies: ${listed(lost)}`, { lost });
    }
    const why = now.why ?? '';
    return at - (line.begunAt ?? at) < TRIES_SECONDS * 1000
      ? wait(`${args.host} cannot be looked at: ${why}`)
      : done(`not compared (${why}): look at rc.local, crontabs and fstab by hand`);
  },
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, now.why ?? 'dom0 could not be read'),
});
