/** host.reboot of an empty, disabled host in CloudStack Maintenance; the master only with its cluster Unmanaged. One way. */
import { decideReboot, REBOOTING, rebootLook, type RebootSeen } from './rebooting';
import { defineStep } from './step';
import { bootTimeBefore, type HostArgs } from './sight';

export const rebootHost = defineStep<HostArgs, RebootSeen>({
  ...REBOOTING,
  kind: 'reboot-host',
  v: 1,
  title: ({ host }) => `Reboot ${host}`,
  observe: (world, args, { line }) => rebootLook(world, args, line),
  // since it was disabled: whoever rebooted it then, it is not rebooted once more
  decide: (evidence) =>
    decideReboot(evidence, bootTimeBefore(evidence.run, evidence.args.host) ?? evidence.before.bootTime),
  act: ({ xen }, _act, { args }) => xen.rebootHost(args.uuid),
});
