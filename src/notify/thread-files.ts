/**
 * Texts that stand as files in a thread, each once, whoever dies in between: the file's id is recorded before it is
 * shown, and a file whose showing was answered by silence is looked for before it is shown again. What Slack refuses is
 * told in the thread and not tried again; nothing waits for it.
 */
import { Refused, Unreachable } from '../domain/errors';
import type { Json } from '../domain/json';
import type { NamedFile } from '../domain/named-text';
import type { Journal, MessageRow, SlackThread } from '../ports';
import { problemMessage } from '../slack/view/question-message';
import type { Pace } from './pace';

/** Wall milliseconds that one process is at a file; longer than its four calls take. */
const LEASE = 60_000;
/** What was answered by silence may still arrive: it is not looked for sooner. Wall milliseconds. */
const SETTLE = 2_000;

export interface ThreadFilesOptions {
  readonly slack: SlackThread;
  readonly journal: Pick<Journal, 'messages' | 'claimMessage' | 'saveMessage' | 'releaseMessage'>;
  readonly pace: Pace;
  readonly owner: string;
  readonly monotonic: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly report: (what: string, error: unknown) => void;
  readonly settle?: number;
}

export interface Where {
  readonly channel: string;
  readonly threadTs: string;
}

export interface ThreadFiles {
  /**
   * One try of those that do not stand yet, in this order. True when all stand or were refused, false when another
   * process is at one of them. Throws NotSent, Unreachable: call again.
   */
  put(scope: string, where: Where, files: readonly NamedFile[]): Promise<boolean>;
}

/** In the row of a file: `ts` is Slack's id of it, and how far it is stands where a message has its hash. */
type State = 'uploaded' | 'shared' | 'refused';

export function threadFiles({
  slack,
  journal,
  pace,
  owner,
  monotonic,
  wait,
  report,
  settle = SETTLE,
}: ThreadFilesOptions): ThreadFiles {
  const settled = new Set<string>();
  const inDoubt = new Map<string, number>();

  const rowOf = async (scope: string, key: string): Promise<MessageRow | undefined> =>
    (await journal.messages(scope)).find((row) => row.key === key);

  /** Undefined while another process is at it. */
  async function one(scope: string, where: Where, file: NamedFile): Promise<State | undefined> {
    const key = keyOf(file);
    const save = (id: string, hash: State): Promise<void> =>
      journal.saveMessage(scope, owner, { key, channel: where.channel, ts: id, hash });
    if (!(await journal.claimMessage(scope, key, owner, LEASE))) return undefined;
    let id = '-';
    try {
      const row = await rowOf(scope, key);
      if (row && isEnd(row.hash)) return row.hash;
      const earlier = row?.ts;
      if (earlier !== undefined) {
        id = earlier;
        await wait((inDoubt.get(`${scope}/${key}`) ?? 0) - monotonic());
        if (await stands(where, earlier)) {
          await save(earlier, 'shared');
          return 'shared';
        }
      }
      id = earlier ?? (await uploaded(file, save));
      try {
        await share(scope, where, file, id);
      } catch (error) {
        // Slack keeps what nobody has shown for a while only
        if (!(error instanceof Refused && error.code === 'file_not_found' && id === earlier)) throw error;
        id = await uploaded(file, save);
        await share(scope, where, file, id);
      }
      await save(id, 'shared');
      return 'shared';
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await save(id, 'refused');
      throw error;
    } finally {
      await journal.releaseMessage(scope, key, owner);
    }
  }

  async function uploaded(
    file: NamedFile,
    save: (id: string, hash: State) => Promise<void>,
  ): Promise<string> {
    const { file: id } = await slack.upload(file);
    await save(id, 'uploaded');
    return id;
  }

  async function share(scope: string, where: Where, file: NamedFile, id: string): Promise<void> {
    await wait(pace.untilPost(where.channel));
    pace.posted(where.channel);
    try {
      await slack.share({ ...where, file: id, title: file.name });
    } catch (error) {
      if (error instanceof Unreachable) inDoubt.set(`${scope}/${keyOf(file)}`, monotonic() + settle);
      throw error;
    }
  }

  /** Where Slack does not let us look, a file that stands twice is the smaller harm. */
  async function stands(where: Where, file: string): Promise<boolean> {
    try {
      return await slack.isShared({ ...where, file });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report('Slack does not let us look for files', error);
      return false;
    }
  }

  /** A failed upload is told, never fatal; where not even that can be told, it is in the log. */
  async function tellRefused(scope: string, where: Where, refused: readonly Refusal[]): Promise<void> {
    const [first] = refused;
    if (!first) return;
    const names = refused.map(({ name }) => name).join(' and ');
    report(`Files of ${scope} cannot be put into Slack: ${names}`, first.error);
    const { text, blocks } = problemMessage({
      ...first.error.problem,
      what: `${names} could not be put into this thread.`,
    });
    try {
      await wait(pace.untilPost(where.channel));
      pace.posted(where.channel);
      await slack.post({
        ...where,
        key: `${scope}/refused:${names}`.slice(0, 255),
        text,
        blocks: JSON.parse(JSON.stringify(blocks)) as Json[],
      });
    } catch (error) {
      report(`That files of ${scope} are missing could not be told`, error);
    }
  }

  return {
    async put(scope, where, files) {
      let all = true;
      const refused: Refusal[] = [];
      for (const file of files) {
        const full = `${scope}/${keyOf(file)}`;
        if (settled.has(full)) continue;
        try {
          if ((await one(scope, where, file)) === undefined) all = false;
          else settled.add(full);
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          settled.add(full);
          refused.push({ name: file.name, error });
        }
      }
      await tellRefused(scope, where, refused);
      return all;
    },
  };
}

interface Refusal {
  readonly name: string;
  readonly error: Refused;
}

/** Keys have 190 characters. */
const keyOf = ({ name }: NamedFile): string => `file:${name}`.slice(0, 190);

const isEnd = (hash: string): hash is 'shared' | 'refused' => hash === 'shared' || hash === 'refused';
