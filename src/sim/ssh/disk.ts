/** Files of one pretend machine: enough of a file system for what is done over SSH. */

export interface File {
  readonly content: string;
  /** Epoch seconds of pool time. */
  readonly mtime: number;
  /** What sha256sum says, where only the digest is known. */
  readonly sha256?: string;
}

export interface Disk {
  read(path: string): File | undefined;
  isDirectory(path: string): boolean;
  /** Paths of all files below a directory. */
  below(directory: string): readonly string[];
}

/** A disk that can be written: a management server's. */
export class Files implements Disk {
  private readonly files = new Map<string, File>();
  private readonly directories = new Set<string>(['/', '/tmp', '/var', '/var/backups', '/etc', '/root']);

  read(path: string): File | undefined {
    return this.files.get(path);
  }

  isDirectory(path: string): boolean {
    return this.directories.has(path);
  }

  below(directory: string): readonly string[] {
    return [...this.files.keys()].filter((path) => path.startsWith(`${directory}/`));
  }

  /** False when the directory is not there. */
  write(path: string, content: string, mtime: number): boolean {
    if (!this.directories.has(parentOf(path))) return false;
    this.files.set(path, { content, mtime });
    return true;
  }

  makeDirectory(path: string, parents: boolean): 'made' | 'exists' | 'no-parent' {
    if (this.directories.has(path)) return 'exists';
    if (!this.directories.has(parentOf(path))) {
      if (!parents) return 'no-parent';
      this.makeDirectory(parentOf(path), true);
    }
    this.directories.add(path);
    return 'made';
  }

  /** mv -T of a directory: false when the target is there. */
  rename(from: string, to: string): boolean {
    if (!this.directories.has(from) || this.directories.has(to)) return false;
    const inside = (path: string): boolean => path === from || path.startsWith(`${from}/`);
    const moved = (path: string): string => to + path.slice(from.length);
    for (const path of [...this.directories].filter(inside)) {
      this.directories.delete(path);
      this.directories.add(moved(path));
    }
    for (const [path, file] of [...this.files].filter(([old]) => inside(old))) {
      this.files.delete(path);
      this.files.set(moved(path), file);
    }
    return true;
  }
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** A disk made of given files, read only: dom0 as the cloud's state has it. */
export function diskOf(files: Readonly<Record<string, File>>): Disk {
  const paths = Object.keys(files);
  return {
    read: (path) => files[path],
    isDirectory: (directory) => paths.some((path) => path.startsWith(`${directory}/`)),
    below: (directory) => paths.filter((path) => path.startsWith(`${directory}/`)),
  };
}
