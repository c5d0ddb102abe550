import type { Write } from './account-log.ts';
import type { Chance } from './chance.ts';
import type { Company } from './company.ts';
import type { Kind, Tags } from './objects.ts';
import type { Row, Table, Tables } from './table.ts';
import type { Weather } from './weather.ts';

interface Taggable {
  readonly tags: Tags;
}

export interface DeskOptions {
  readonly tables: Tables;
  readonly nowMs: number;
  readonly region: string;
  readonly accountId: string;
  readonly chance: Chance;
  readonly weather: Weather;
  readonly company?: Company | undefined;
}

/** A write of the call in hand, not yet in the log. */
export interface StagedWrite {
  readonly write: Write;
  apply(atMs: number): void;
}

/** Where one call is worked on: it reads the account and notes what it wants changed. Both happen or neither. */
export class Desk {
  /** Virtual. */
  readonly nowMs: number;
  readonly region: string;
  readonly accountId: string;
  readonly chance: Chance;
  readonly weather: Weather;
  readonly company: Company | undefined;
  readonly staged: StagedWrite[] = [];
  readonly #tables: Tables;

  constructor({ tables, nowMs, region, accountId, chance, weather, company }: DeskOptions) {
    this.#tables = tables;
    this.nowMs = nowMs;
    this.region = region;
    this.accountId = accountId;
    this.chance = chance;
    this.weather = weather;
    this.company = company;
  }

  /** The objects as they are, before this call's own writes. */
  truth<T extends Taggable>(kind: Kind<T>): Pick<Table<T>, 'get' | 'all' | 'find' | 'startingWith'> {
    return this.#tables.of(kind, this.region);
  }

  /** The truth of all regions, a list for each: the same one as long as nothing changes. */
  everywhere<T extends Taggable>(kind: Kind<T>): readonly (readonly T[])[] {
    return this.#tables.ofEach(kind).map((table) => table.all());
  }

  /** The objects as a reader sees them: each perhaps a little behind. */
  view<T extends Taggable>(kind: Kind<T>): View<T> {
    return new View(this.#tables.of(kind, this.region), this);
  }

  /** Seen by others when the call is done. */
  put<T extends Taggable>(kind: Kind<T>, id: string, value: T): void {
    this.#stage(kind, id, value);
  }

  remove<T extends Taggable>(kind: Kind<T>, id: string): void {
    this.#stage(kind, id, undefined);
  }

  #stage<T extends Taggable>(kind: Kind<T>, id: string, value: T | undefined): void {
    const table = this.#tables.of(kind, this.region);
    const write = { kind: kind.name, region: table.region, id, ...(value === undefined ? {} : { value }) };
    this.staged.push({ write, apply: (atMs) => table.write(id, value, atMs) });
  }
}

type Reader = Pick<Desk, 'nowMs' | 'chance' | 'weather'>;

class View<T extends Taggable> {
  readonly #table: Table<T>;
  readonly #reader: Reader;

  constructor(table: Table<T>, reader: Reader) {
    this.#table = table;
    this.#reader = reader;
  }

  get(id: string): T | undefined {
    const row = this.#table.row(id);
    return row === undefined ? undefined : asSeen(row, this.#reader);
  }

  all(): readonly T[] {
    const values: T[] = [];
    for (const row of this.#table.rows()) {
      const value = asSeen(row, this.#reader);
      if (value !== undefined) values.push(value);
    }
    return values;
  }
}

/**
 * | within the lag bound it was | a reader may be shown        |
 * |-----------------------------|------------------------------|
 * | made                        | nothing, or it without tags  |
 * | changed                     | one of its earlier values    |
 * | removed                     | its last value               |
 */
function asSeen<T extends Taggable>(row: Row<T>, { nowMs, chance, weather }: Reader): T | undefined {
  const { value, createdAtMs, changedAtMs } = row;
  const sinceMs = nowMs - weather.lagMs;
  if (changedAtMs <= sinceMs) return value;
  const earlier = row.earlier.filter(({ untilMs }) => untilMs > sinceMs);
  if (value === undefined) return chance.happens(weather.deleteStillListed) ? earlier.at(-1)?.value : undefined;
  if (createdAtMs > sinceMs && chance.happens(weather.notFoundAfterCreate)) return undefined;
  if (createdAtMs > sinceMs && chance.happens(weather.missingTags)) return { ...value, tags: {} };
  return chance.happens(weather.staleDescribe) ? (chance.pick(earlier)?.value ?? value) : value;
}
