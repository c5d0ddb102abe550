import { isProblem, type Problem } from '#engine/problem.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { examineClusterFile } from '#config/examine-cluster-file.ts';
import { type LoadedClusterFile, loadClusterFile } from '#config/load-cluster-file.ts';
import { smallCatalogueOf } from './small-catalogue.ts';

export const MINIMAL = [
  'name: blog',
  'provider: aws',
  'domain: blog.example.com',
  'access: { from: [203.0.113.7/32] }',
  '',
].join('\n');

export function load(text: string, before?: ClusterSpec): Promise<LoadedClusterFile> {
  return loadClusterFile({ path: 'cluster.yaml', text, catalogueOf: smallCatalogueOf, before });
}

export async function specOf(text: string): Promise<ClusterSpec> {
  return (await load(text)).spec;
}

/** `config.unknown-key at nodes.worker.cuont`, for all that is found. */
export async function findingsIn(text: string, before?: ClusterSpec): Promise<readonly string[]> {
  const { findings } = await examineClusterFile({ text, catalogueOf: smallCatalogueOf, before });
  return findings.map(({ code, path }) => (path === '' ? code : `${code} at ${path}`));
}

/** The Problem that a file is refused with. */
export async function refusalOf(text: string): Promise<Problem> {
  const outcome = await load(text).catch((error: unknown) => error);
  if (isProblem(outcome, 'config.invalid')) return outcome;
  throw new Error(`Not refused: ${JSON.stringify(outcome)}`);
}
