/** The real procedure with lines left out or moved: what the rest of the safety net says then. */
import type { Procedure, SectionDraft } from '../../src/procedures/procedure';
import { rollingUpgrade } from '../../src/procedures/rolling-upgrade';
import type { LineDraft } from '../../src/steps/step';

type Change = (lines: readonly LineDraft[], section: SectionDraft) => readonly LineDraft[];

export const changed = (change: Change): Procedure => ({
  ...rollingUpgrade,
  sections: (input) =>
    rollingUpgrade
      .sections(input)
      .map((section) => ({ ...section, lines: [...change(section.lines, section)] })),
});

export const withoutLines = (...kinds: readonly string[]): Procedure =>
  changed((lines) => lines.filter((line) => !kinds.includes(line.kind)));

/** The line of this kind directly after the line of that kind. */
export const moved = (kind: string, after: string): Procedure =>
  changed((lines) => {
    const line = lines.find((one) => one.kind === kind);
    if (!line) return lines;
    return lines.filter((one) => one !== line).flatMap((one) => (one.kind === after ? [one, line] : [one]));
  });

/** Sections in another order, by their titles. */
export const inOrder = (...titles: readonly string[]): Procedure => ({
  ...rollingUpgrade,
  sections: (input) => {
    const sections = rollingUpgrade.sections(input);
    const rank = (section: SectionDraft): number => {
      const at = titles.indexOf(section.title);
      return at < 0 ? titles.length : at;
    };
    const hosts = sections.filter((section) => section.host !== undefined).sort((a, b) => rank(a) - rank(b));
    return [sections[0]!, ...hosts, sections.at(-1)!];
  },
});
