import { canonicalJson } from '#std/canonical-json.ts';
import { sha256Hex } from '#std/hash.ts';
import { parseAddress, type Address } from './address.ts';
import type { Declaration } from './declaration.ts';
import { problem } from './problem.ts';
import { topologicalOrder } from './graph.ts';
import { collectRefs, type Input, type Ref } from './ref.ts';
import type { ResourceDefinition } from './resource.ts';

/** The desired state of one cluster, dependencies first. */
export interface Blueprint {
  readonly declarations: ReadonlyMap<Address, Declaration>;
  readonly hash: string;
}

export interface DeclareOptions {
  readonly dependsOn?: readonly Address[];
  readonly within?: Address;
  readonly retain?: boolean;
  readonly adopt?: string;
  readonly turn?: string | undefined;
}

/** What declaring a resource gives: its address, and Refs to its outputs. */
export interface Declared<Outputs> {
  readonly address: Address;
  output<Key extends keyof Outputs & string>(key: Key): Ref<Outputs[Key]>;
}

export class BlueprintBuilder {
  readonly #declarations = new Map<Address, Declaration>();

  declare<Session, Inputs, Outputs>(
    type: ResourceDefinition<Session, Inputs, Outputs>,
    name: string,
    inputs: { readonly [Key in keyof Inputs]: Input<Inputs[Key]> },
    options: DeclareOptions = {},
  ): Declared<Outputs> {
    const address = parseAddress(name);
    if (this.#declarations.has(address)) throw duplicate(address);
    const { within, retain = false, adopt, turn } = options;
    const dependsOn = dependencies(inputs, options);
    this.#declarations.set(address, { address, kind: type.kind, inputs, dependsOn, within, retain, adopt, turn });
    return { address, output: (key) => ({ $ref: address, output: key }) };
  }

  build(): Blueprint {
    return makeBlueprint(this.#declarations.values());
  }
}

/** Orders and checks declarations; the same set gives the same hash in whatever order it was declared. */
export function makeBlueprint(declared: Iterable<Declaration>): Blueprint {
  const byAddress = new Map<Address, Declaration>();
  for (const declaration of declared) {
    if (byAddress.has(declaration.address)) throw duplicate(declaration.address);
    byAddress.set(declaration.address, declaration);
  }
  for (const { address, dependsOn } of byAddress.values()) {
    const missing = dependsOn.find((dependency) => !byAddress.has(dependency));
    if (missing === undefined) continue;
    throw problem('blueprint.dangling', { address, detail: `${address} needs ${missing}, which is not declared.` });
  }
  const order = topologicalOrder(byAddress, (declaration) => declaration.dependsOn);
  const declarations = new Map(order.map((declaration) => [declaration.address, declaration]));
  const sorted = [...declarations.values()].toSorted((left, right) => (left.address < right.address ? -1 : 1));
  return { declarations, hash: sha256Hex(canonicalJson(sorted)) };
}

export const EMPTY_BLUEPRINT: Blueprint = makeBlueprint([]);

function duplicate(address: Address) {
  return problem('blueprint.duplicate', { address, detail: `${address} is declared twice.` });
}

function dependencies(inputs: unknown, { dependsOn = [], within }: DeclareOptions): readonly Address[] {
  const all = [...collectRefs(inputs).map((ref) => ref.$ref), ...dependsOn, ...(within === undefined ? [] : [within])];
  return [...new Set(all)].toSorted();
}
