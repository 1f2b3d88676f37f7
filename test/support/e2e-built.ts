/** The product as it is started: `dist` of these very sources, built once for all suites that start processes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');
const STAMP = join(ROOT, 'dist', '.built');
const LOCK = `${STAMP}.lock`;
/** A build takes 3 s, on a loaded machine half a minute; a lock older than this was left by a process that died. */
const LOCK_MS = 120_000;

/** Builds where something is newer than the last build. Suites run side by side: one builds, the others wait. */
export async function ensureBuilt(): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  while (isStale()) {
    if (!takeLock()) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    try {
      if (!isStale()) return;
      const from = Date.now();
      execFileSync('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: 'pipe' });
      writeFileSync(STAMP, String(from));
    } finally {
      rmdirSync(LOCK);
    }
  }
}

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isStale(): boolean {
  const built = changedAt(STAMP);
  if (built === 0 || changedAt(join(ROOT, 'dist/src/main.js')) === 0) return true;
  return ['src', 'commands'].some((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).some(
      (file) => changedAt(join(ROOT, room, file)) > built,
    ),
  );
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    if (Date.now() - changedAt(LOCK) > LOCK_MS) rmdirSync(LOCK);
    return false;
  }
}
