import { z } from 'zod';
import { type Address, parseAddress } from '#engine/address.ts';
import type { Manifest } from '#kubernetes/manifest.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { kubeObject } from '#kubernetes/object.ts';
import type { RegionScope } from '#provider/constructs.ts';
import { sha256Hex } from '#std/hash.ts';
import type { DeclaredNode } from './nodes.ts';
import { isControlPlane, type Role } from './roles.ts';

interface Platform {
  readonly manifests: readonly Manifest[];
  /** What the API keeps everything in: all of it goes with that. */
  readonly store: Address;
  readonly nodes: readonly DeclaredNode[];
}

const NAMESPACE = 'Namespace';
const DEFINITION = 'CustomResourceDefinition';

/** What is inside of a cluster: its machines as Kubernetes knows them, and the objects that every cluster is given. */
export function declarePlatform(scope: RegionScope, { manifests, store, nodes }: Platform): void {
  const servers = nodes.filter(({ member }) => isControlPlane(member.role)).map(({ address }) => address);
  for (const node of nodes) declareKubeNode(scope, node, { store, servers });
  declareObjects(scope, manifests, { store, servers });
}

interface Api {
  readonly store: Address;
  /** The nodes on which it is. */
  readonly servers: readonly Address[];
}

/** `<region>.kubernetes.<node>`: while it goes, its work goes elsewhere; after it goes its machine. */
function declareKubeNode(
  { builder, region }: RegionScope,
  { member, holder }: DeclaredNode,
  { store, servers }: Api,
): void {
  const { name, role } = member;
  const inputs = { name, machine: holder.box, roles: rolesOf(role) };
  builder.declare(kubeNode, `${region}.kubernetes.${name}`, inputs, { within: store, dependsOn: servers });
}

/** As others name them: a converged node is a control plane too. */
function rolesOf(role: Role): readonly string[] {
  return isControlPlane(role) ? [...new Set(['control-plane', role])] : [role];
}

/** `object.<kind>.<namespace>.<name>` for each. */
function declareObjects({ builder }: RegionScope, manifests: readonly Manifest[], { store, servers }: Api): void {
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
