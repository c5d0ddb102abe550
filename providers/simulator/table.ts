import { assert } from '#std/assert.ts';
import { byText, firstAtLeast } from './first-at-least.ts';
import type { Kind, WalkedObject } from './objects.ts';

/** One object with its recent past. */
export interface Row<T> {
  readonly id: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Undefined: removed. */
  readonly value: T | undefined;
  /** Values it had before, each until a moment; oldest first. */
  readonly earlier: readonly { readonly untilMs: number; readonly value: T }[];
}

type Value<K> = K extends Kind<infer T> ? T : never;

/** All objects of one kind in one region. */
export class Table<T extends Value<Kind>> {
  readonly kind: Kind<T>;
  readonly region: string;
  readonly #keepMs: () => number;
  readonly #rows = new Map<string, Row<T>>();
  readonly #removed: { readonly id: string; readonly atMs: number }[] = [];
  #values: readonly T[] | undefined;
  #sortedIds: string[] | undefined;

  /** `keepMs`: how long the past is kept. */
  constructor(kind: Kind<T>, region: string, keepMs: () => number) {
    this.kind = kind;
    this.region = region;
    this.#keepMs = keepMs;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id)?.value;
  }

  /** The same list as long as nothing changes. */
  all(): readonly T[] {
    this.#values ??= [...this.#rows.values()].flatMap(({ value }) => (value === undefined ? [] : [value]));
    return this.#values;
  }

  find(wanted: (value: T) => boolean): T | undefined {
    for (const { value } of this.#rows.values()) if (value !== undefined && wanted(value)) return value;
    return undefined;
  }

  /** Objects whose id has the prefix and sorts after `after`, by id. */
  *startingWith(prefix: string, after = ''): Generator<readonly [id: string, value: T], undefined> {
    this.#sortedIds ??= [...this.#rows.keys()].toSorted(byText);
    const ids = this.#sortedIds;
    const first = after >= prefix ? `${after}\u0000` : prefix;
    for (let index = firstAtLeast(ids, first); ids[index]?.startsWith(prefix) === true; index += 1) {
      const id = ids[index] ?? '';
      const value = this.get(id);
      if (value !== undefined) yield [id, value];
    }
  }

  row(id: string): Row<T> | undefined {
    return this.#rows.get(id);
  }

  rows(): Iterable<Row<T>> {
    return this.#rows.values();
  }

  /** An undefined value removes the object. */
  write(id: string, value: T | undefined, atMs: number): void {
    const oldestMs = atMs - this.#keepMs();
    this.#forgetRemoved(oldestMs);
    this.#values = undefined;
    const before = this.#rows.get(id);
    if (before === undefined) {
      if (value === undefined) return;
      this.#rows.set(id, { id, createdAtMs: atMs, changedAtMs: atMs, value, earlier: [] });
      this.#addSorted(id);
      return;
    }
    const earlier = before.earlier.filter(({ untilMs }) => untilMs > oldestMs);
    if (before.value !== undefined) earlier.push({ untilMs: atMs, value: before.value });
    const createdAtMs = before.value === undefined ? atMs : before.createdAtMs;
    this.#rows.set(id, { id, createdAtMs, changedAtMs: atMs, value, earlier });
    if (value === undefined) this.#removed.push({ id, atMs });
  }

  /** A write read from a log that another process may have written. */
  writeParsed(id: string, value: unknown, atMs: number): void {
    this.write(id, value === undefined ? undefined : this.kind.schema.parse(value), atMs);
  }

  walk(nowMs: number): readonly WalkedObject[] {
    const walked: WalkedObject[] = [];
    for (const { id, value, createdAtMs } of this.#rows.values()) {
      if (value === undefined) continue;
      const isAlive = this.kind.isAlive?.(value, nowMs) ?? true;
      walked.push({ kind: this.kind.name, region: this.region, id, tags: value.tags, createdAtMs, isAlive });
    }
    return walked;
  }

  #forgetRemoved(oldestMs: number): void {
    for (let [first] = this.#removed; first !== undefined && first.atMs < oldestMs; [first] = this.#removed) {
      this.#removed.shift();
      const row = this.#rows.get(first.id);
      if (row?.value !== undefined || row?.changedAtMs !== first.atMs) continue;
      this.#rows.delete(first.id);
      this.#removeSorted(first.id);
    }
  }

  #addSorted(id: string): void {
    const ids = this.#sortedIds;
    if (ids === undefined) return;
    const last = ids.at(-1);
    if (last === undefined || last < id) ids.push(id);
    else ids.splice(firstAtLeast(ids, id), 0, id);
  }

  #removeSorted(id: string): void {
    const ids = this.#sortedIds;
    if (ids !== undefined) ids.splice(firstAtLeast(ids, id), 1);
  }
}

/** The tables of an account, made as they are asked for. */
export class Tables {
  readonly #keepMs: () => number;
  readonly #tables = new Map<string, Table<Value<Kind>>>();

  constructor(keepMs: () => number) {
    this.#keepMs = keepMs;
  }

  of<T extends Value<Kind>>(kind: Kind<T>, region: string): Table<T> {
    const place = kind.scope === 'account' ? '' : region;
    const name = `${kind.name}@${place}`;
    const table = this.#tables.get(name);
    if (table !== undefined) {
      assert(isTableOf(table, kind), `There is one kind named ${kind.name}`);
      return table;
    }
    const added = new Table(kind, place, this.#keepMs);
    this.#tables.set(name, added);
    return added;
  }

  /** In all regions. */
  ofEach<T extends Value<Kind>>(kind: Kind<T>): readonly Table<T>[] {
    const found: Table<T>[] = [];
    for (const table of this.#tables.values()) if (isTableOf(table, kind)) found.push(table);
    return found;
  }

  all(): Iterable<Table<Value<Kind>>> {
    return this.#tables.values();
  }
}

function isTableOf<T extends Value<Kind>>(table: Table<Value<Kind>>, kind: Kind<T>): table is Table<T> {
  return Object.is(table.kind, kind);
}
