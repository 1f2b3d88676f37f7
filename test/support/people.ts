/** How people answer in a story. */
import type { StoryOptions, Story } from './story';

type Answers = NonNullable<StoryOptions['answers']>;

/** Yes to everything but to looking again at what holds the run: that stands until the test is over. */
export const noSecondLook: Answers = ({ ask }) => (ask.kind === 'retry' ? 'leave' : 'yes');

/** Before the yes on this line, once, somebody does something; nobody answers what holds the run. */
export function meanwhile(line: string, does: (it: Story) => unknown): Answers {
  let done = false;
  return (question, _run, it) => {
    if (question.line === line && !done) {
      done = true;
      void does(it);
    }
    return question.ask.kind === 'retry' ? 'leave' : 'yes';
  };
}
