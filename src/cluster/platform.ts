import { z } from 'zod';
import { type Address, parseAddress } from '#engine/address.ts';
import type { Manifest } from '#kubernetes/manifest.ts';
import { kubeObject } from '#kubernetes/object.ts';
import type { RegionScope } from '#provider/constructs.ts';
import { sha256Hex } from '#std/hash.ts';

interface Platform {
  readonly manifests: readonly Manifest[];
  /** What its API keeps everything in: all of it goes with that. */
  readonly store: Address;
  /** The nodes on which the API is. */
  readonly servers: readonly Address[];
}

const NAMESPACE = 'Namespace';
const DEFINITION = 'CustomResourceDefinition';

/** What every cluster is given inside, and what its file adds to that: `object.<kind>.<namespace>.<name>` for each. */
export function declarePlatform({ builder }: RegionScope, { manifests, store, servers }: Platform): void {
  const namespaces = new Map<string, Address>();
  const kinds = new Map<string, Address>();
  const [first, later] = partition(manifests);
  for (const manifest of [...first, ...later]) {
    const { kind, metadata } = manifest;
    const { namespace } = metadata;
    const needs = [namespace === undefined ? undefined : namespaces.get(namespace), kinds.get(kind)];
    const { address } = builder.declare(
      kubeObject,
      addressOf(manifest),
      { manifest, secrets: {} },
      { within: store, dependsOn: [...servers, ...needs.flatMap((need) => need ?? [])] },
    );
    if (kind === NAMESPACE) namespaces.set(metadata.name, address);
    if (kind === DEFINITION) kinds.set(definedKind(manifest), address);
  }
}

/** What others are in, or are kinds of, comes first. */
function partition(manifests: readonly Manifest[]): readonly [readonly Manifest[], readonly Manifest[]] {
  const isFirst = ({ kind }: Manifest): boolean => kind === NAMESPACE || kind === DEFINITION;
  return [manifests.filter(isFirst), manifests.filter((manifest) => !isFirst(manifest))];
}

const Definition = z.looseObject({ spec: z.looseObject({ names: z.looseObject({ kind: z.string() }) }) });

function definedKind(manifest: Manifest): string {
  return Definition.safeParse(manifest).data?.spec.names.kind ?? '';
}

const DIGEST_LENGTH = 8;
const NAME_LENGTH_MAX = 100;

/** `object.deployment.kube-system.coredns`: names of objects may have more in them than addresses. */
function addressOf({ kind, metadata: { namespace, name } }: Manifest): Address {
  const parts = [kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name];
  return parseAddress(['object', ...parts.map(asPart)].join('.'));
}

function asPart(text: string): string {
  const plain = text.replaceAll(/[^a-z0-9-]/g, '-').slice(0, NAME_LENGTH_MAX);
  return plain === text ? plain : `${plain}-${sha256Hex(text).slice(0, DIGEST_LENGTH)}`;
}
