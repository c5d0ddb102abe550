import { asset } from '#assets/asset-kind.ts';
import type { WantedAsset } from '#assets/asset-source.ts';
import type { Address } from '#engine/address.ts';
import type { Ref } from '#engine/ref.ts';
import type { Asset } from '#host/protocol.ts';
import type { Scope } from '#provider/constructs.ts';

/** What the machines of a cluster are to find, and where this workstation has it from. */
export interface AssetOrder extends WantedAsset {
  readonly form: Asset['form'];
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

/** What a stage needs beside what is in the bundle and in the image. */
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([['etcd', ['etcd']]]);

/** `asset.<name>` for each. */
export function declareAssets(
  { builder }: Pick<Scope, 'builder'>,
  orders: readonly AssetOrder[],
): ReadonlyMap<string, ShelvedAsset> {
  return new Map(
    orders.map(({ name, sha256, form, from }) => {
      const shelved = builder.declare(asset, `asset.${name}`, { name, sha256, form, from });
      return [name, { address: shelved.address, name, form, sha256: shelved.output('sha256') }];
    }),
  );
}

/** The names of what machines fetch when these are their stages. */
export function assetsOfStages(stages: readonly string[]): readonly string[] {
  return [...new Set(stages.flatMap((stage) => NEEDED.get(stage) ?? []))];
}

/** What a node with these stages fetches. */
export function assetsFor(
  stages: readonly string[],
  shelved: ReadonlyMap<string, ShelvedAsset>,
): readonly ShelvedAsset[] {
  return assetsOfStages(stages).flatMap((name) => shelved.get(name) ?? []);
}
