import { z } from 'zod';
import { type Asking, askNodes, type NodeAnswer, type SilentNode } from './every-node.ts';

/** A part of the platform on one machine, as its systemd sees it. */
export interface UnitStatus {
  readonly unit: string;
  readonly node: string;
  /** `active`, `failed`, `activating`, … */
  readonly active: string;
  /** `running`, `exited`, `waiting`, … */
  readonly sub: string;
  /** Why it is not what it was, such as `exit-code`; `success` when nothing went wrong. */
  readonly result: string;
  /** Of its program, or of the scripts that it is. */
  readonly version: string | undefined;
  readonly sinceMs: number | undefined;
}

export interface UnitsReport {
  readonly units: readonly UnitStatus[];
  readonly silent: readonly SilentNode[];
}

/** Every part of the platform on every machine, or on those of some nodes. */
export async function units(asking: Asking, nodes: readonly string[], signal: AbortSignal): Promise<UnitsReport> {
  const { heard, silent } = await askNodes(asking, { look: 'units', nodes }, signal);
  return { units: heard.flatMap(unitsOf).toSorted(byUnit), silent };
}

/** The same part of all machines stands together. */
function byUnit(left: UnitStatus, right: UnitStatus): number {
  return left.unit.localeCompare(right.unit, 'en') || left.node.localeCompare(right.node, 'en', { numeric: true });
}

/** Properties as `systemctl show` writes them. */
const Properties = z.object({
  Id: z.string().min(1),
  LoadState: z.string(),
  ActiveState: z.string(),
  SubState: z.string(),
  Result: z.string().default('success'),
  /** `@1795302045`, or nothing when it never began. */
  StateChangeTimestamp: z.string().default(''),
});

const SECOND_MS = 1_000;

function unitsOf({ node, sections }: NodeAnswer): readonly UnitStatus[] {
  const versions = versionsIn(sections.get('versions') ?? '');
  return (sections.get('units') ?? '').split('\n\n').flatMap((paragraph): readonly UnitStatus[] => {
    const read = Properties.safeParse(propertiesIn(paragraph));
    // A unit that is only named, and is not there, is none.
    if (!read.success || read.data.LoadState === 'not-found') return [];
    const { Id: unit, ActiveState: active, SubState: sub, Result: result, StateChangeTimestamp: since } = read.data;
    const seconds = /^@(\d+)$/.exec(since)?.[1];
    const sinceMs = seconds === undefined ? undefined : Number(seconds) * SECOND_MS;
    return [{ unit, node, active, sub, result, version: versions.get(unit), sinceMs }];
  });
}

function propertiesIn(paragraph: string): Readonly<Record<string, string>> {
  const pairs = paragraph.split('\n').map((line): readonly [string, string] => {
    const place = line.indexOf('=');
    return [line.slice(0, place), line.slice(place + 1)];
  });
  return Object.fromEntries(pairs);
}

/** By unit: `bootstrap-etcd.service etcd Version: 3.5.16`. */
function versionsIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
      const [unit = '', ...words] = line.split(' ');
      const version = versionIn(words.join(' '));
      return version === undefined ? [] : [[unit, version]];
    }),
  );
}

function versionIn(words: string): string | undefined {
  return /^bundle [0-9a-f]+$/.exec(words)?.[0] ?? /(?:\d+:)?\d+\.\d[\w.+~-]*/.exec(words)?.[0];
}
