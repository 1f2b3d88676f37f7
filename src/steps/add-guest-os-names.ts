/**
 * Names of guest systems for the target version, copied from those of an older one: without them VMs start as “Other
 * install media” (cs fact 18, §8.5). One request a name that is not there; they stay, so nothing is owed.
 */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import type { CsGuestOsName } from '../ports';
import { defineStep } from './step';
import { counted, minutes } from './sight';

/** `like`: the version whose names are copied. */
type Args = { readonly version: string; readonly like: string };
type Name = { readonly osTypeId: string; readonly guestOs: string; readonly name: string };
type Seen = { readonly there: number; readonly missing: readonly Name[] };

/** So many requests on their way at once: each is a job of CloudStack. */
const AT_ONCE = 5;

const missingIn = (there: readonly CsGuestOsName[], wanted: readonly CsGuestOsName[]): readonly Name[] =>
  wanted
    .filter((one) => !there.some((has) => has.osTypeId === one.osTypeId))
    .map(({ osTypeId, guestOs, name }) => ({ osTypeId, guestOs, name }));

export const addGuestOsNames = defineStep<Args, Seen>({
  kind: 'add-guest-os-names',
  v: 1,
  title: ({ version, like }) => `Add CloudStack’s guest OS names for ${version}, as they are for ${like}`,
  settleSeconds: 100,
  callTimeoutSeconds: 30,
  farDelaySeconds: 60, // until the job has written the row
  maxActs: 3,
  patience: { softSeconds: minutes(20), hardSeconds: minutes(60), byProgress: true },
  observe: async ({ cloudStack }, { version, like }) => {
    const [there, wanted] = await Promise.all([
      cloudStack.guestOsNames(version),
      cloudStack.guestOsNames(like),
    ]);
    return { there: there.length, missing: missingIn(there, wanted) };
  },
  decide: ({ args, now }) =>
    now.missing.length === 0
      ? done(`${args.version} has ${counted(now.there, 'name')}`)
      : act(
          `${counted(now.missing.length, 'name')} still missing`,
          ...now.missing.slice(0, AT_ONCE).map((one) => ({
            subject: one.guestOs,
            what: `add the name of ${one.guestOs} for ${args.version}`,
            args: one,
          })),
        ),
  act: ({ cloudStack }, { args }, evidence) => cloudStack.addGuestOsName(evidence.args.version, args as Name),
  tooLong: ({ line, now }) =>
    problems.tooLong(line.line.title, `${counted(now.missing.length, 'name')} still missing`),
});
