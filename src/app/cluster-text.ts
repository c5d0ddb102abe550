import type { ClusterSpec } from '#config/cluster-file.ts';
import { immutableChanges } from '#config/immutable-changes.ts';
import { loadClusterFile } from '#config/load-cluster-file.ts';
import { catalogueOf } from './providers.ts';

/** A cluster file that was read and found good. */
export interface ClusterText {
  readonly text: string;
  readonly spec: ClusterSpec;
  readonly warnings: readonly string[];
}

/** Throws a Problem that lists all findings. */
export async function readClusterText(text: string, path: string): Promise<ClusterText> {
  return { text, ...(await loadClusterFile({ text, path, catalogueOf })) };
}

/** What differs between two files that no cluster can take up, a line each. */
export function lastingDifferences(before: ClusterText, after: ClusterText): readonly string[] {
  return immutableChanges(before.spec, after.spec).map(({ path, what }) => `${path}: ${what}`);
}
