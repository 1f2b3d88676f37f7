/** Order of the files: whole runs first, so that two cores end together; a fresh machine has no times of earlier runs to go by. */
const { default: Sequencer } = require('@jest/test-sequencer');

/** Folders with the longest files, longest first; every other folder comes after them. */
const FOLDERS = [
  '/test/e2e/',
  '/test/crash/',
  '/test/docs/dockerfile',
  '/test/scenarios/',
  '/test/contract/',
];

const rank = (path) => {
  const at = FOLDERS.findIndex((folder) => path.includes(folder));
  return at === -1 ? FOLDERS.length : at;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a.path) - rank(b.path));
  }
};
