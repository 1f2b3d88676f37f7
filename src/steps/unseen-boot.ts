/** What a host without SSH boots next is seen by a person, who says so: the question, and the commands that show it (xc §2.8). */
import { ask, done, type Decision } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { answersOn, type LineState, type Run } from '../domain/run';
import type { HostArgs } from './sight';

/** From 7.0 on; with UEFI both files are in /boot/efi/EFI/xenserver. */
const SHOWS_NEXT_BOOT =
  'grep -E "^set default|^menuentry" /boot/grub/grub.cfg; grub-editenv /boot/grub/grubenv list (with UEFI: /boot/efi/EFI/xenserver)';
const MARK = '/var/preserve/safe2upgrade';

interface Asked {
  readonly args: HostArgs;
  readonly line: LineState;
  readonly run: Run;
}

/** Before the reboot that cannot be taken back: the word of a person in place of the guard's own look. */
export const keepsByWord = (asked: Asked): Decision =>
  byWord(
    asked,
    `Does ${asked.args.host} boot its installer next, and does nothing ask for new partitions?`,
    [
      `SSH to ${asked.args.host} is not configured: nobody but you sees what it boots next.`,
      `On ${asked.args.host}: ls -l ${MARK} (if it is there: rm ${MARK}, or local storage on the system disk is lost)`,
      `On ${asked.args.host}: ${SHOWS_NEXT_BOOT}`,
      'Its entry is “Rolling pool upgrade”. Right after your word the host is rebooted.',
    ],
    'boots its installer and keeps its partitions',
  );

/** Before the host is in service again. */
export const carriesNoneByWord = (asked: Asked): Decision =>
  byWord(
    asked,
    `Does ${asked.args.host} boot its own system next, and does nothing ask for new partitions?`,
    [
      `SSH to ${asked.args.host} is not configured: nobody but you sees what it boots next.`,
      `On ${asked.args.host}: ls -l ${MARK} (if it is there: rm ${MARK})`,
      `On ${asked.args.host}: ${SHOWS_NEXT_BOOT}`,
      'If it is the entry “Rolling pool upgrade”: grub-editenv /boot/grub/grubenv unset override_entry, and “set default=0” in grub.cfg.',
    ],
    'boots its own system, and nothing asks for new partitions',
  );

function byWord({ args, line, run }: Asked, text: string, saw: readonly string[], fact: string): Decision {
  const digest = digestOf({ line: line.line.id, saw });
  const yes = answersOn(run, line.line.id).findLast(
    // a word from before the line was held is an old one
    (q) => q.answer.says === 'yes' && q.ask.digest === digest && q.answer.at >= (line.patienceFrom ?? 0),
  );
  if (yes) return done(`${yes.answer.by.name} says that ${args.host} ${fact}`);
  return ask({ kind: 'confirm', text, saw, digest, notTheRequester: false });
}
