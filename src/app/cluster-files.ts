import { answerFlaw } from '#config/answer-flaw.ts';
import type { ClusterAnswers } from '#config/render-cluster-file.ts';
import { readClusterText } from './cluster-text.ts';
import { catalogueOf } from './providers.ts';
import type { ProviderName } from './provider-names.ts';

/** What is known of cluster files without any cluster. */
export { explainPath } from '#config/explain.ts';
export { clusterFileJsonSchema } from '#config/json-schema.ts';
export { renderClusterFile } from '#config/render-cluster-file.ts';

export async function defaultRegionOf(provider: ProviderName): Promise<string> {
  return (await catalogueOf(provider)).defaultRegion;
}

/** What is wrong with the answer to one question; the others may still be open. */
export function flawIn(answers: Partial<ClusterAnswers>, key: keyof ClusterAnswers): Promise<string | undefined> {
  return answerFlaw(answers, key, catalogueOf);
}

/** Throws a Problem that lists all findings. */
export async function checkClusterText(text: string, title: string): Promise<void> {
  await readClusterText(text, title);
}
