/** Every problem: code, what, why, do this. docs/problems.md says the same; a test compares both ways. */
import { asked } from './problems-asked';
import { met } from './problems-met';

export const problems = { ...asked, ...met } as const;
