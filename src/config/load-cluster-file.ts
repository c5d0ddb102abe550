import { problem } from '#engine/problem.ts';
import type { ClusterSpec } from './cluster-file.ts';
import { type ClusterFileRequest, examineClusterFile } from './examine-cluster-file.ts';
import { reportFindings, summariseFinding } from './finding-report.ts';
import { isError } from './finding.ts';
import { withoutByteOrderMark } from './text-guard.ts';

export interface LoadedClusterFile {
  readonly spec: ClusterSpec;
  /** One line each. */
  readonly warnings: readonly string[];
}

/** The cluster that a file describes, or one Problem with all that is wrong with the file. */
export async function loadClusterFile({
  path,
  ...request
}: ClusterFileRequest & { readonly path: string }): Promise<LoadedClusterFile> {
  const { spec, findings } = await examineClusterFile(request);
  if (spec === undefined)
    throw problem('config.invalid', { detail: reportFindings(path, withoutByteOrderMark(request.text), findings) });
  return {
    spec,
    warnings: findings.filter((finding) => !isError(finding)).map((finding) => summariseFinding(path, finding)),
  };
}
