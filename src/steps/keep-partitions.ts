/**
 * The plugin marks a host for new partitions by itself where its local storage is empty (xc §2.8, Danger), and local
 * storage on the system disk is lost then (seed 003). The mark is removed, whoever made it: nobody was asked for it.
 */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { bootLook, unsafe, type BootSeen, type Unseen } from './next-boot';
import { defineStep } from './step';
import { minutes, type HostArgs } from './sight';
import { keepsByWord } from './unseen-boot';
import { bootedByHand } from './ways-out';

export const keepPartitions = defineStep<HostArgs & Unseen, BootSeen>({
  kind: 'keep-partitions',
  v: 1,
  title: ({ host }) => `See that the installer keeps the partitions of ${host}`,
  settleSeconds: 30,
  callTimeoutSeconds: 15,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(3), hardSeconds: minutes(10) },
  observe: (world, args) => bootLook(world, args),
  decide: ({ args, now, line, run }) => {
    if (bootedByHand({ line, run })) return done(`${args.host} was booted by a person instead`);
    const stopped = unsafe(args, now);
    if (stopped) return stopped;
    if (args.unseen) return keepsByWord({ args, line, run });
    if (now.boot?.repartition === false)
      return done(`there is no /var/preserve/safe2upgrade on ${args.host}: its partitions stay`);
    return act(`/var/preserve/safe2upgrade is on ${args.host}`, {
      subject: args.host,
      what: `remove /var/preserve/safe2upgrade on ${args.host}`,
      args: null,
    });
  },
  act: async ({ dom0 }, _act, { args }) => dom0?.keepPartitions(args.uuid),
  tooLong: ({ args, line }) =>
    problems.tooLong(line.line.title, `/var/preserve/safe2upgrade is still on ${args.host}`),
});
