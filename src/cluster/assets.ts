import { asset } from '#assets/asset-kind.ts';
import type { WantedAsset } from '#assets/asset-source.ts';
import type { Address } from '#engine/address.ts';
import type { Ref } from '#engine/ref.ts';
import type { Asset } from '#host/protocol.ts';
import type { Scope } from '#provider/constructs.ts';

/** What the machines of a cluster are to find, and where this workstation has it from. */
export interface AssetOrder extends WantedAsset {
  readonly form: Asset['form'];
  /** Undefined: it is this program's own. Images are named by it in what is put into the cluster. */
  readonly version?: string | undefined;
  /** @default `asset.<name>` */
  readonly address?: Address | undefined;
}

/** Its digest is known from the beginning; that it can be fetched, only when it is there. */
export interface ShelvedAsset {
  readonly address: Address;
  readonly name: string;
  readonly form: Asset['form'];
  readonly sha256: Ref<string>;
}

/** The scripts that a machine becomes a node by. Its stub fetches them, before it has said a word. */
export const NODE_BUNDLE = 'node-bundle';

/** What a stage needs beside what is in the bundle and in the image of its machine. */
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ['etcd', ['etcd']],
  ['apiserver', ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']],
  ['kubelet', ['kubelet', 'kube-proxy', 'pause']],
]);

/** What of it is on control planes alone: a node that has not got it yet may be ahead of nobody. */
const OF_SERVERS: ReadonlySet<string> = new Set(['etcd', 'apiserver'].flatMap((stage) => NEEDED.get(stage) ?? []));

export function isOfServer(name: string): boolean {
  return OF_SERVERS.has(name);
}

const KUBERNETES_STAGES: readonly string[] = ['apiserver', 'kubelet', 'ready'];

type Known = Pick<AssetOrder, 'name' | 'form'>;

/**
 * Of the stages that machines can pass, those that they pass with what is known. Kubernetes comes whole or not at all:
 *
 * | of what Kubernetes needs there is | machines pass                                             |
 * |-----------------------------------|-----------------------------------------------------------|
 * | nothing                           | the other stages                                          |
 * | a part, or all                    | all stages: what they need and nobody has is missed then  |
 */
export function stagesWith(possible: readonly string[], known: readonly Known[]): readonly string[] {
  const needed = neededBy(KUBERNETES_STAGES);
  const hasSome = known.some(({ name }) => needed.includes(name));
  return hasSome ? possible : possible.filter((stage) => !KUBERNETES_STAGES.includes(stage));
}

/** Whether machines with these stages become nodes of Kubernetes. */
export function haveKubernetes(stages: readonly string[]): boolean {
  return stages.includes('kubelet');
}

/** The names of what machines fetch when these are their stages: what they need, and every image of a container. */
export function assetsOfStages(stages: readonly string[], known: readonly Known[]): readonly string[] {
  const images = haveKubernetes(stages) ? known.filter(({ form }) => form === 'image') : [];
  return [...new Set([...neededBy(stages), ...images.map(({ name }) => name)])];
}

function neededBy(stages: readonly string[]): readonly string[] {
  return stages.flatMap((stage) => NEEDED.get(stage) ?? []);
}

/** By digest. */
export function declareAssets(
  { builder }: Pick<Scope, 'builder'>,
  orders: readonly AssetOrder[],
): ReadonlyMap<string, ShelvedAsset> {
  return new Map(
    orders.map(({ address, name, sha256, form, from, version }) => {
      const inputs = { name, sha256, form, from, ...(version === undefined ? {} : { version }) };
      const shelved = builder.declare(asset, address ?? `asset.${name}`, inputs);
      return [sha256, { address: shelved.address, name, form, sha256: shelved.output('sha256') }];
    }),
  );
}

/** Of what is known, what a node with these stages fetches. */
export function assetsFor<One extends Known>(stages: readonly string[], known: readonly One[]): readonly One[] {
  return assetsOfStages(stages, known).flatMap((name) => known.find((one) => one.name === name) ?? []);
}
