/** What a person may choose when an installer holds a host: each is one click, and lines of its own that lead back to the held one. */
export const WAYS_OUT = ['look', 'again', 'by-hand', 'take-back', 'recovery'] as const;
export type WayOut = (typeof WAYS_OUT)[number];

/** The button, and what follows from it, one sentence. */
export const WAY_WORDS: Readonly<Record<WayOut, { readonly label: string; readonly says: string }>> = {
  look: {
    label: 'Look again',
    says: 'Nothing is changed; the line goes on by itself when what held it is gone.',
  },
  again: {
    label: 'Try again',
    says: 'The host is looked at, you are asked once more, and then it is prepared and rebooted once more.',
  },
  'by-hand': {
    label: 'By hand',
    says: 'A prepared installer is taken back, and a person boots the installer from its ISO.',
  },
  'take-back': {
    label: 'Take it back',
    says: 'The installer is taken back, the host goes back to service as it is, and the run stays held.',
  },
  recovery: {
    label: 'Recovery',
    says: 'What to do at the console is said line by line; when you confirm it, the host is looked at again.',
  },
};

export const isWayOut = (word: string): word is WayOut => (WAYS_OUT as readonly string[]).includes(word);
