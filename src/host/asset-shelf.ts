import type { ResourceContext } from '#engine/resource.ts';

/** Where the machines of a cluster find what they fetch: each under its SHA-256, and never changed. */
export interface AssetShelf {
  has(context: Reading, sha256: string): Promise<boolean>;
  /** From a file of this workstation whose digest was checked. One that is there already is no error. */
  put(context: Writing, asset: { readonly sha256: string; readonly path: string }): Promise<void>;
  /** One that is not there is no error. */
  remove(context: Writing, sha256: string): Promise<void>;
}

/** Each cluster has its own. */
type Reading = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'signal' | 'read' | 'mutate'>;
