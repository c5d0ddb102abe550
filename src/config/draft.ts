import type { Catalogue } from '#provider/catalogue.ts';
import type { ClusterSpec } from './cluster-file.ts';
import type { FindingList } from './finding-list.ts';
import type { PartialFile } from './written-file.ts';

/** What checks look at: what was written, what it amounts to, and what has been found so far. */
export interface Draft {
  readonly written: PartialFile;
  /** Only what stands on sound parts of the file means anything. */
  readonly spec: ClusterSpec;
  /** Undefined when the file names no provider. */
  readonly catalogue: Catalogue | undefined;
  readonly findings: FindingList;
}
