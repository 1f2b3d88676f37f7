/** Another certificate or SSH host key after the installer: shown beside the old, accepted by an approver for this host only. */
import { ask, done, stop, wait } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import { defineStep, LOOKS_ONLY } from './step';
import { hours, type HostArgs } from './sight';

type Seen = {
  readonly tls?: string;
  readonly ssh?: string;
  readonly pinnedTls?: string;
  readonly pinnedSsh?: string;
};

export const trustHost = defineStep<HostArgs, Seen>({
  ...LOOKS_ONLY,
  kind: 'trust-host',
  v: 1,
  title: ({ host }) => `Compare the certificate and host key of ${host} with the pinned ones`,
  silence: 'host',
  patience: { softSeconds: hours(1), hardSeconds: hours(24) },
  observe: async ({ xen }, { uuid }) => ({ ...(await xen.identity(uuid)) }),
  decide: ({ args, now, run, line }) => {
    if (now.tls === undefined)
      return wait(`${args.host} does not show its certificate yet`, { againInSeconds: 10 });
    if (now.pinnedSsh !== undefined && now.ssh === undefined)
      return wait(`${args.host} does not show its SSH host key yet`, { againInSeconds: 10 });
    const tls = now.pinnedTls !== undefined && now.tls !== now.pinnedTls;
    const ssh = now.pinnedSsh !== undefined && now.ssh !== now.pinnedSsh;
    if (!tls && !ssh) {
      const yes = answersOn(run, line.line.id).findLast(
        (q) => q.ask.kind === 'accept-key' && q.answer.says === 'yes',
      );
      return done(yes ? `the new keys were accepted by ${yes.answer.by.name}` : 'both are the pinned ones');
    }
    if (now.pinnedTls === undefined && now.pinnedSsh === undefined)
      return stop(problems.notPinned(args.host));
    return ask({
      kind: 'accept-key',
      text: `${args.host} came back with ${tls && ssh ? 'another certificate and SSH host key' : tls ? 'another certificate' : 'another SSH host key'}. Are they its own?`,
      saw: [
        ...(tls
          ? [
              `TLS certificate: pinned ${now.pinnedTls}, now ${now.tls}.`,
              `On the console of ${args.host}: openssl x509 -in /etc/xensource/xapi-ssl.pem -noout -fingerprint -sha256`,
            ]
          : []),
        ...(ssh
          ? [
              `SSH host key: pinned ${now.pinnedSsh}, now ${now.ssh}.`,
              `On the console of ${args.host}: ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub`,
            ]
          : []),
        `The host's uuid is ${args.uuid}.`,
      ],
      digest: digestOf({ host: args.uuid, tls: now.tls, ssh: now.ssh ?? null }),
      notTheRequester: true,
      key: {
        hostUuid: args.uuid,
        ...(tls && { tls: now.tls }),
        ...(ssh && now.ssh !== undefined && { ssh: now.ssh }),
      },
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the keys could not be compared'),
});
