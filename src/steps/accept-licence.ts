/**
 * The licence of the media, as one host hands it out: read by people as a file, accepted by name, once for each text. What
 * reads otherwise afterwards is another text and another question (xc §1.3 row 5).
 */
import { ask, done, stop } from '../domain/decision';
import { acceptedLicence, licenceDigest, licenceFile } from '../domain/licence';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { hours } from './sight';

/** `needed`: without a text nothing is installed. `again`: looked at once more, before this host. */
type Args = {
  readonly host: string;
  readonly uuid: string;
  readonly url: string;
  readonly to: string;
  readonly needed: boolean;
  readonly again: boolean;
};
type Seen =
  | { readonly has: 'text'; readonly text: string }
  | { readonly has: 'none' }
  | { readonly has: 'refused'; readonly why: string };

export const acceptLicence = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'accept-licence',
  v: 1,
  title: ({ host, to, again }) =>
    again
      ? `See that the licence that ${host} is given is the accepted one`
      : `Accept the licence of ${to}, where its media have one`,
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: async ({ xen }, { uuid, url }) => ({ ...(await xen.licence(uuid, url)) }),
  decide: ({ args, now, run }) => {
    const { host, to, needed, again } = args;
    if (now.has === 'none') return done(`the upgrade plugin of ${host} hands out no licence`);
    if (now.has === 'refused')
      return needed
        ? stop(problems.licenceUnread(host, to, now.why))
        : done(`the media have none that ${host} can read: ${now.why}`);
    const digest = licenceDigest(now.text);
    const by = acceptedLicence(run, digest);
    if (by !== undefined) return done(`accepted by ${by}, digest ${digest}`, { digest });
    const { name, content } = licenceFile(to, now.text);
    return ask({
      kind: 'accept-licence',
      text: again
        ? `${host} is given another licence of ${to} than the one that was accepted. Accept this one?`
        : `Accept the licence of ${to}?`,
      saw: [
        `It is the file ${name} in this thread, ${content.split('\n').length} lines; digest ${digest}.`,
        `From a shell: xsupgrade read ${run.id}`,
        'Whoever accepts is recorded by name. If it reads otherwise later, it is asked again.',
      ],
      digest,
      notTheRequester: false,
      file: { name, content },
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'nobody has answered for a week'),
});
