import { z } from 'zod';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import {
  ABSENT,
  defineResource,
  READY,
  type Condition,
  type Identity,
  type Observation,
  type Owner,
  type ResourceContext,
  type ResourceDefinition,
} from '#engine/resource.ts';
import type { SeenObject } from '../toy-account.ts';
import type { ToyObject } from '../toy-object.ts';
import { TOY_RULES, type ToyKind, type ToyValues } from '../toy-rules.ts';
import type { ToySession } from '../toy-session.ts';

/** How the account calls the value that forces a replacement, and the one that changes in place. */
export interface ValueNames {
  readonly fixed: string;
  readonly free: string;
}

interface Outputs {
  readonly id: string;
  readonly fixed: string;
  readonly free: string;
}

export type AbstractType = ResourceDefinition<ToySession, ToyValues, Outputs>;

const text = z.string();
const INPUTS = z.record(text, z.union([text, z.number()]));
const OUTPUTS = z.strictObject({ id: text, fixed: text, free: text });
const ZONES = ['zone-a', 'zone-b'];

/** A kind of the toy cloud reduced to what convergence is about: one value that changes, one that cannot. */
export function abstractType(identity: Identity, kind: ToyKind, names: ValueNames): AbstractType {
  const outputsOf = ({ id, values }: ToyObject): Outputs => ({
    id,
    fixed: String(values[names.fixed]),
    free: String(values[names.free]),
  });
  const { uniqueBy, zonal } = TOY_RULES[kind];
  return defineResource<ToySession>()({
    kind,
    identity,
    inputs: INPUTS,
    outputs: OUTPUTS,
    replaceOn: [names.fixed],
    replaceOrder: kind === 'toy.secret-note' ? 'destroy-first' : 'create-first',
    stableOutputs: ['id', 'fixed'],
    idOf: ({ id }) => id,
    variants: () => (zonal ? ZONES : ['']),
    observe: async (session, context, { inputs, last }) => {
      const isLast = ({ id }: ToyObject): boolean => id === last?.id;
      const isAlike = ({ values }: ToyObject): boolean => uniqueBy.every((key) => values[key] === inputs[key]);
      const isWanted = last !== undefined ? isLast : uniqueBy.length > 0 ? isAlike : marked(context);
      return observationOf(await search(session, context, kind, isWanted), outputsOf);
    },
    create: async (session, context, values) => {
      const { cluster, instanceId, token, variant: zone } = context;
      const request = { kind, values, owner: { cluster, instanceId }, zone, ...(identity === 'token' && { token }) };
      const call = { budget: kind, purpose: `create the ${kind}` };
      return outputsOf(await context.mutate(call, (signal) => session.create(request, instanceId, signal)));
    },
    sync: async (session, context, inputs, observed) => {
      const wanted = inputs[names.free];
      if (wanted === undefined || wanted === observed.free) return observed;
      const errand = { verb: 'update', kind, instanceId: context.instanceId, id: observed.id } as const;
      const call = { budget: kind, purpose: `update ${observed.id}` };
      const changes = { [names.free]: wanted };
      return outputsOf(await context.mutate(call, (signal) => session.update(errand, changes, signal)));
    },
    destroy: async (session, context, { id }) => {
      const errand = { verb: 'destroy', kind, instanceId: context.instanceId, id } as const;
      await context.mutate({ budget: kind, purpose: `destroy ${id}` }, (signal) => session.remove(errand, signal));
    },
    list: async (session, context) => {
      const isOurs = ({ owner }: ToyObject): boolean => owner?.cluster === context.cluster;
      const seen = await search(session, context, kind, isOurs);
      return seen.flatMap(({ object, phase }) => {
        const owner = ownerOf(object);
        return owner === undefined || phase === 'gone' || phase === 'going'
          ? []
          : [{ owner, outputs: outputsOf(object) }];
      });
    },
  });
}

function search(
  session: ToySession,
  context: Pick<ResourceContext, 'read'>,
  kind: ToyKind,
  isWanted: (object: ToyObject) => boolean,
): Promise<readonly SeenObject[]> {
  const call = { budget: 'toy.read', purpose: `look for the ${kind}` };
  return context.read(call, (signal) => session.search(kind, isWanted, signal));
}

function observationOf(seen: readonly SeenObject[], outputsOf: (object: ToyObject) => Outputs): Observation<Outputs> {
  const found = seen.find(({ phase }) => phase !== 'gone');
  if (found === undefined) return ABSENT;
  const { object } = found;
  return { state: 'present', outputs: outputsOf(object), owner: ownerOf(object), condition: conditionOf(found) };
}

function conditionOf({ phase }: SeenObject): Condition {
  if (phase === 'running') return READY;
  if (phase === 'pending') return { is: 'pending', waitingFor: 'it to start' };
  return { is: 'broken', reason: `it is ${phase}` };
}

function marked({ cluster, instanceId }: ResourceContext): (object: ToyObject) => boolean {
  return ({ owner }) => owner?.cluster === cluster && owner.instanceId === instanceId;
}

function ownerOf({ owner }: ToyObject): Owner | undefined {
  if (owner === undefined || !isClusterUid(owner.cluster) || !isInstanceId(owner.instanceId)) return undefined;
  return { cluster: owner.cluster, instanceId: owner.instanceId };
}
