import { sameJson } from '#std/canonical-json.ts';
import type { ClusterSpec } from './cluster-file.ts';
import { allFields, isEntry } from './field-tree.ts';
import type { Flaw } from './finding.ts';
import { show } from './show.ts';
import { WrittenFile } from './written-file.ts';

/** A field that cannot change while the cluster lives, and did. */
export interface ImmutableChange extends Flaw {
  readonly path: string;
}

/** What is different in another cluster only: every field whose rule is "never", and which groups there are. */
export function immutableChanges(before: ClusterSpec, after: ClusterSpec): readonly ImmutableChange[] {
  const paths = [...allFields(WrittenFile)].filter(({ path, field }) => isOneValue(path) && field.change === 'never');
  const changes = paths.flatMap(({ path }): readonly ImmutableChange[] => {
    const [was, is] = [valueAt(before, path), valueAt(after, path)];
    return sameJson(was, is) ? [] : [changed(path, was, is)];
  });
  const topology = [topologyIn(before), topologyIn(after)] as const;
  return topology[0] === topology[1] ? changes : [...changes, changed('nodes', ...topology)];
}

/** Neither an entry, which is part of a value, nor a section, which has several. */
function isOneValue(path: string): boolean {
  return !isEntry(path) && path !== 'network';
}

function changed(path: string, was: unknown, is: unknown): ImmutableChange {
  const what = `It was ${inWords(was)} and is now ${inWords(is)}.`;
  return { path, code: 'config.immutable', what, instead: `Write ${inWords(was)} again.` };
}

function valueAt(spec: ClusterSpec, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return new Map<string, unknown>(Object.entries(value)).get(key);
  }, spec);
}

function topologyIn({ nodes }: ClusterSpec): string {
  return nodes.converged === undefined ? 'control-plane, worker and storage' : 'converged';
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return show(value);
  return value === undefined ? 'absent' : JSON.stringify(value);
}
