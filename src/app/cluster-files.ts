import { catalogueOf } from './providers.ts';
import type { ProviderName } from './provider-names.ts';

/** What is known of cluster files without any cluster. */
export { explainPath } from '#config/explain.ts';
export { clusterFileJsonSchema } from '#config/json-schema.ts';
export { renderClusterFile } from '#config/render-cluster-file.ts';

export async function defaultRegionOf(provider: ProviderName): Promise<string> {
  return (await catalogueOf(provider)).defaultRegion;
}
