import type { ResourceType } from '#engine/resource.ts';
import { node } from '#host/node.ts';
import { generatedSecret } from './generated-secret.ts';

/** Kinds that are the same at every provider. */
const OWN_TYPES: readonly ResourceType[] = [node, generatedSecret];

export function withClusterKinds(types: ReadonlyMap<string, ResourceType>): ReadonlyMap<string, ResourceType> {
  return new Map([...types, ...OWN_TYPES.map((type): [string, ResourceType] => [type.kind, type])]);
}
