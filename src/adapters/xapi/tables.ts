/** The pool's records of one look, class by class, and names for references. */
import { Malformed, Refused } from '../../domain/errors';
import { objectsFrom, type XapiObject } from './record';
import type { Session } from './session';

export type Table = ReadonlyMap<string, XapiObject>;

/** uuid, name and class of what has been seen, by reference: references survive restarts (xapi §1.3), names are for people. */
export class Directory {
  private readonly byRef = new Map<string, { readonly uuid: string; readonly name: string }>();
  private readonly refByUuid = new Map<string, string>();
  private readonly missing = new Set<string>();
  private readonly guests = new Map<string, boolean>();
  /** Asked for and not answered yet. */
  private readonly underWay = new Map<string, Promise<Table>>();
  /** …of these, those that were asked for in this very moment. */
  private readonly justAsked = new Set<string>();

  constructor(private readonly source: string) {}

  nameOf(ref: string): string | undefined {
    return this.byRef.get(ref)?.name;
  }

  uuidOf(ref: string): string | undefined {
    return this.byRef.get(ref)?.uuid;
  }

  refOf(cls: string, uuid: string): string | undefined {
    return this.refByUuid.get(`${cls} ${uuid}`);
  }

  learn(cls: string, ref: string, uuid: string, name: string): void {
    this.byRef.set(ref, { uuid, name });
    this.refByUuid.set(`${cls} ${uuid}`, ref);
  }

  /** A VM that is no control domain; undefined where it has not been looked at. */
  isGuest(ref: string): boolean | undefined {
    return this.guests.get(ref);
  }

  learnVm(ref: string, uuid: string, name: string, isGuest: boolean): void {
    this.learn('VM', ref, uuid, name);
    this.guests.set(ref, isGuest);
  }

  async learnVms(session: Session): Promise<Table> {
    const vms = await this.table(session, 'VM');
    for (const [ref, vm] of vms) this.guests.set(ref, !vm.flag('is_control_domain'));
    return vms;
  }

  /**
   * Until whoever asked for all VMs has his answer, good or bad. What a reference stands for never changes, so an older
   * look teaches it as well; it may lack a VM that came since.
   */
  async vmsUnderWay(): Promise<void> {
    await this.underWay.get('VM')?.catch(() => undefined);
  }

  /**
   * All records of a class; empty where this release has no such class (pool_update before 7.1). Whoever asks in one
   * breath shares one answer, for half a dozen reads of one look ask for the hosts; a moment later something may have
   * been done, and an answer asked for before it would be older than the question.
   */
  table(session: Session, cls: string): Promise<Table> {
    const asked = this.underWay.get(cls);
    if (asked && this.justAsked.has(cls)) return asked;
    const reading = this.read(session, cls);
    const over = (): void => {
      if (this.underWay.get(cls) === reading) this.underWay.delete(cls);
    };
    this.underWay.set(cls, reading);
    this.justAsked.add(cls);
    queueMicrotask(() => this.justAsked.delete(cls));
    void reading.then(over, over);
    return reading;
  }

  private async read(session: Session, cls: string): Promise<Table> {
    if (this.missing.has(cls)) return new Map();
    try {
      const table = objectsFrom(await session.read(`${cls}.get_all_records`, [], `list ${cls}`), this.source);
      for (const [ref, object] of table)
        this.learn(cls, ref, object.text('uuid'), object.has('name_label') ? object.text('name_label') : cls);
      return table;
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'MESSAGE_METHOD_UNKNOWN') throw error;
      // Asked again after an upgrade of the master: it may have the class then.
      this.missing.add(cls);
      return new Map();
    }
  }

  /** The master runs another release now: classes may have come. */
  forgetMissing(): void {
    this.missing.clear();
  }
}

export const NULL_REF = 'OpaqueRef:NULL';

/**
 * One row may go between two answers. A list without any, of rows that others refer to, was cut: what it hides is not
 * "nothing" (xapi §1.3).
 */
export function assertListed(source: string, cls: string, table: Table, refs: readonly string[]): void {
  if (table.size === 0 && refs.some((ref) => ref !== NULL_REF && ref !== ''))
    throw new Malformed(source, `it refers to objects of the class ${cls} and lists none`);
}
/** Bytes to whole MiB, rounded up for needs. */
export const mibUp = (bytes: number): number => Math.ceil(bytes / (1024 * 1024));
/** …and down for what is free. */
export const mibDown = (bytes: number): number => Math.floor(bytes / (1024 * 1024));
