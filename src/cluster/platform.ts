import { z } from 'zod';
import { type Address, parseAddress } from '#engine/address.ts';
import { groupOf, type Manifest, type WantedObject } from '#kubernetes/manifest.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { kubeObject } from '#kubernetes/object.ts';
import type { RegionScope } from '#provider/constructs.ts';
import { sha256Hex } from '#std/hash.ts';
import type { DeclaredNode } from './nodes.ts';
import { isControlPlane, type Role } from './roles.ts';

interface Platform {
  /** What every cluster is given. */
  readonly manifests: readonly Manifest[];
  /** What is asked for beside that, and comes after it. @default nothing */
  readonly asked?: readonly WantedObject[] | undefined;
  /** What the API keeps everything in: all of it goes with that. */
  readonly store: Address;
  readonly nodes: readonly DeclaredNode[];
}

const NAMESPACE = 'Namespace';
const DEFINITION = 'CustomResourceDefinition';

/** What is inside of a cluster: its machines as Kubernetes knows them, the objects that every cluster is given, and its own. */
export function declarePlatform(scope: RegionScope, { manifests, asked = [], store, nodes }: Platform): void {
  const servers = nodes.filter(({ member }) => isControlPlane(member.role)).map(({ address }) => address);
  for (const node of nodes) declareKubeNode(scope, node, { store, servers });
  const found: Found = { namespaces: new Map(), kinds: new Map() };
  const given = manifests.map((manifest): WantedObject => ({ manifest, secrets: {} }));
  const first = declareObjects(scope, given, found, { store, after: servers });
  declareObjects(scope, asked, found, { store, after: [...servers, ...first] });
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

/** Where those are that others are in, or are kinds of. */
interface Found {
  readonly namespaces: Map<string, Address>;
  readonly kinds: Map<string, Address>;
}

interface Surroundings {
  readonly store: Address;
  readonly after: readonly Address[];
}

/** `object.<kind>.<namespace>.<name>` for each. */
function declareObjects(
  { builder }: RegionScope,
  objects: readonly WantedObject[],
  { namespaces, kinds }: Found,
  { store, after }: Surroundings,
): readonly Address[] {
  const [first, later] = partition(objects);
  return [...first, ...later].map((object) => {
    const { manifest, secrets, secretBytes, file } = object;
    const { kind, metadata } = manifest;
    const { namespace } = metadata;
    const needs = [namespace === undefined ? undefined : namespaces.get(namespace), kinds.get(kind)];
    const { address } = builder.declare(
      kubeObject,
      objectAddress(manifest),
      { manifest, secrets, secretBytes, file },
      { within: store, dependsOn: [...after, ...needs.flatMap((need) => need ?? [])] },
    );
    if (kind === NAMESPACE) namespaces.set(metadata.name, address);
    if (kind === DEFINITION) kinds.set(definedKind(manifest), address);
    return address;
  });
}

/** What others are in, or are kinds of, comes first. */
function partition(objects: readonly WantedObject[]): readonly [readonly WantedObject[], readonly WantedObject[]] {
  const isFirst = ({ manifest: { kind } }: WantedObject): boolean => kind === NAMESPACE || kind === DEFINITION;
  return [objects.filter(isFirst), objects.filter((object) => !isFirst(object))];
}

const Definition = z.looseObject({ spec: z.looseObject({ names: z.looseObject({ kind: z.string() }) }) });

function definedKind(manifest: Manifest): string {
  return Definition.safeParse(manifest).data?.spec.names.kind ?? '';
}

const DIGEST_LENGTH = 8;
const NAME_LENGTH_MAX = 100;
const WHOLE_LENGTH_MAX = 150;
/** Those that the API brings: no two of their kinds are called the same. */
const OWN_GROUP = /^[a-z]*$|\.k8s\.io$/;

/** `object.deployment.kube-system.coredns`: names of objects may have more in them than addresses. */
function objectAddress(manifest: Manifest): Address {
  const { kind, metadata } = manifest;
  const { namespace, name } = metadata;
  const group = groupOf(manifest);
  const kindInFull = OWN_GROUP.test(group) ? kind : `${kind}-${group.replaceAll('.', '-')}`;
  const parts = [kindInFull.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name];
  const whole = ['object', ...parts.map(asPart)].join('.');
  return parseAddress(whole.length > WHOLE_LENGTH_MAX ? withDigest(whole.slice(0, WHOLE_LENGTH_MAX), whole) : whole);
}

function asPart(text: string): string {
  const plain = text
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '')
    .slice(0, NAME_LENGTH_MAX);
  return plain === text ? plain : withDigest(plain, text);
}

/** What was made fit to be part of an address, told from all else that would be the same. */
function withDigest(fit: string, whole: string): string {
  const digest = sha256Hex(whole).slice(0, DIGEST_LENGTH);
  return [...(fit === '' ? [] : [fit.replace(/[.-]+$/, '')]), digest].join('-');
}
