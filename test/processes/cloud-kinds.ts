import { z } from 'zod';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import {
  ABSENT,
  defineResource,
  type Identity,
  type ListContext,
  type Owner,
  READY,
  type ReplaceOrder,
  type ResourceContext,
  type ResourceType,
} from '#engine/resource.ts';
import { type CloudKind, type CloudObject, type CloudRequest, CloudValues } from './cloud-protocol.ts';
import type { HttpSession } from './cloud-session.ts';

const [text, number] = [z.string(), z.number()];

export const network = cloudKind('network', {
  inputs: z.strictObject({ cidr: text, label: text }),
  identity: 'tag',
  fixed: ['cidr'],
});

export const group = cloudKind('group', {
  inputs: z.strictObject({ name: text, networkId: text, ports: text }),
  identity: 'name',
  fixed: ['name', 'networkId'],
  uniqueBy: ['name'],
  // Its successor bears the same name, so it has to go first.
  replaceOrder: 'destroy-first',
});

export const volume = cloudKind('volume', {
  inputs: z.strictObject({ name: text, size: number }),
  identity: 'token',
  fixed: ['name'],
});

export const server = cloudKind('server', {
  inputs: z.strictObject({ name: text, networkId: text, groupId: text, image: text, size: text }),
  identity: 'token',
  fixed: ['name', 'networkId', 'groupId', 'image'],
});

export const link = cloudKind('link', {
  inputs: z.strictObject({ serverId: text, targetId: text, weight: number }),
  identity: 'attachment',
  fixed: ['serverId', 'targetId'],
  uniqueBy: ['serverId', 'targetId'],
});

export const record = cloudKind('record', {
  inputs: z.strictObject({ name: text, value: text, ttl: number }),
  identity: 'name',
  fixed: ['name'],
  uniqueBy: ['name'],
});

export const CLOUD_TYPES: ReadonlyMap<string, ResourceType> = new Map<string, ResourceType>(
  [network, group, volume, server, link, record].map((type) => [type.kind, type]),
);

interface Manners {
  readonly inputs: z.ZodType<CloudValues>;
  readonly identity: Identity;
  /** Values that a living object never changes. */
  readonly fixed: readonly string[];
  /** How an object is found whose id is not known; by its owner's mark if nothing else tells it apart. */
  readonly uniqueBy?: readonly string[];
  readonly replaceOrder?: ReplaceOrder;
}

function cloudKind(kind: CloudKind, manners: Manners) {
  const { inputs, identity, fixed, uniqueBy, replaceOrder = 'create-first' } = manners;
  const ask = askFor(kind);
  return defineResource<HttpSession>()({
    kind: `cloud.${kind}`,
    inputs,
    outputs: z.strictObject({ id: text, values: CloudValues }),
    identity,
    replaceOn: fixed,
    replaceOrder,
    stableOutputs: ['id'],
    idOf: ({ id }) => id,
    async observe(session, context, target) {
      const { cluster, instanceId } = context;
      const byName = uniqueBy && { values: pick(target.inputs, (key) => uniqueBy.includes(key)) };
      const wanted =
        target.last === undefined ? (byName ?? { owner: { cluster, instanceId } }) : { id: target.last.id };
      const [found] = await ask(session, context, { verb: 'search', kind, ...wanted });
      if (found === undefined) return ABSENT;
      const condition = found.isReady ? READY : ({ is: 'pending', waitingFor: 'it to start' } as const);
      return { state: 'present', outputs: outputsOf(found), owner: ownerOf(found), condition };
    },
    async create(session, context, values) {
      const { cluster, instanceId, token } = context;
      const owner = { cluster, instanceId };
      return only(await ask(session, context, { verb: 'create', kind, values, owner, token }));
    },
    async sync(session, context, wanted, observed) {
      const values = pick(wanted, (key) => !fixed.includes(key));
      if (Object.entries(values).every(([key, value]) => observed.values[key] === value)) return observed;
      return only(await ask(session, context, { verb: 'update', kind, id: observed.id, values }));
    },
    async destroy(session, context, { id }) {
      await ask(session, context, { verb: 'destroy', kind, id });
    },
    async list(session, context) {
      const found = await ask(session, context, { verb: 'search', kind, owner: { cluster: context.cluster } });
      return found.flatMap(listed);
    },
  });
}

function pick(values: CloudValues, wanted: (key: string) => boolean): CloudValues {
  return Object.fromEntries(Object.entries(values).filter(([key]) => wanted(key)));
}

type Asking = ResourceContext | ListContext;

function askFor(kind: CloudKind) {
  return (session: HttpSession, context: Asking, request: CloudRequest): Promise<readonly CloudObject[]> => {
    const call = { budget: `cloud.${kind}`, purpose: `${request.verb} the ${kind}` };
    const instanceId = 'instanceId' in context ? context.instanceId : 'all';
    const send = (signal: AbortSignal) => session.send(request, instanceId, signal);
    if (request.verb === 'search' || !('mutate' in context)) return context.read(call, send);
    return context.mutate(call, send);
  };
}

function only(objects: readonly CloudObject[]) {
  const [object] = objects;
  if (object === undefined) throw new RangeError('The cloud answered with nothing.');
  return outputsOf(object);
}

function outputsOf({ id, values }: CloudObject) {
  return { id, values };
}

function listed(object: CloudObject) {
  const owner = ownerOf(object);
  return owner === undefined ? [] : [{ owner, outputs: outputsOf(object) }];
}

function ownerOf({ owner: { cluster, instanceId } }: CloudObject): Owner | undefined {
  return isClusterUid(cluster) && isInstanceId(instanceId) ? { cluster, instanceId } : undefined;
}
