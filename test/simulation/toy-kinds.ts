import { z } from 'zod';
import { Secret } from '#std/secret.ts';
import {
  ABSENT,
  defineResource,
  READY,
  type Condition,
  type Listed,
  type ListContext,
  type Observation,
  type Owner,
  type Present,
  type ResourceContext,
} from '#engine/resource.ts';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import type { SeenObject } from './toy-account.ts';
import type { ToyObject, ToyOwner } from './toy-object.ts';
import type { ToyKind, ToyValues } from './toy-rules.ts';
import type { Errand, ToySession } from './toy-session.ts';

const text = z.string();

export const toyNetwork = defineResource<ToySession>()({
  kind: 'toy.network',
  inputs: z.strictObject({ cidr: text, label: text }),
  outputs: z.strictObject({ id: text, cidr: text, label: text }),
  identity: 'tag',
  replaceOn: ['cidr'],
  replaceOrder: 'create-first',
  stableOutputs: ['id', 'cidr'],
  idOf: ({ id }) => id,
  observe: (session, context, { last }) =>
    observe(session, context, 'toy.network', last, byMark(context), networkOutputs),
  create: async (session, context, inputs) =>
    networkOutputs(await create(session, context, { kind: 'toy.network', values: inputs })),
  sync: async (session, context, { label }, observed) =>
    label === observed.label
      ? observed
      : networkOutputs(await update(session, context, 'toy.network', observed.id, { label })),
  destroy: (session, context, { id }) => remove(session, context, 'toy.network', id),
  list: (session, context) => list(session, context, 'toy.network', networkOutputs),
  find: (session, context, id) => observe(session, context, 'toy.network', { id }, byMark(context), networkOutputs),
});

export const toyGroup = defineResource<ToySession>()({
  kind: 'toy.group',
  inputs: z.strictObject({ name: text, networkId: text, ports: text }),
  outputs: z.strictObject({ id: text, ports: text }),
  identity: 'name',
  replaceOn: ['name', 'networkId'],
  replaceOrder: 'create-first',
  stableOutputs: ['id'],
  idOf: ({ id }) => id,
  observe: (session, context, { inputs, last }) => {
    const sameName = ({ values }: ToyObject): boolean => values['name'] === inputs.name;
    return observe(session, context, 'toy.group', last, sameName, groupOutputs);
  },
  create: async (session, context, inputs) =>
    groupOutputs(await create(session, context, { kind: 'toy.group', values: inputs })),
  sync: async (session, context, { ports }, observed) =>
    ports === observed.ports
      ? observed
      : groupOutputs(await update(session, context, 'toy.group', observed.id, { ports })),
  destroy: (session, context, { id }) => remove(session, context, 'toy.group', id),
  list: (session, context) => list(session, context, 'toy.group', groupOutputs),
});

export const toyServer = defineResource<ToySession>()({
  kind: 'toy.server',
  inputs: z.strictObject({
    name: text,
    networkId: text,
    groupId: text,
    image: text,
    size: text,
    zones: z.array(text).readonly(),
  }),
  outputs: z.strictObject({ id: text, zone: text, tier: text }),
  identity: 'token',
  replaceOn: ['name', 'networkId', 'groupId', 'image'],
  replaceOrder: 'create-first',
  stableOutputs: ['id', 'zone'],
  idOf: ({ id }) => id,
  variants: ({ zones }) => zones,
  observe: (session, context, { last }) =>
    observe(session, context, 'toy.server', last, byMark(context), serverOutputs),
  create: async (session, context, { zones: _zones, ...values }) => {
    const { token, variant: zone } = context;
    return serverOutputs(await create(session, context, { kind: 'toy.server', values, token, zone }));
  },
  sync: async (session, context, { size }, observed) =>
    observed.tier === tierOf(size)
      ? observed
      : serverOutputs(await update(session, context, 'toy.server', observed.id, { size })),
  destroy: (session, context, { id }) => remove(session, context, 'toy.server', id),
  list: (session, context) => list(session, context, 'toy.server', serverOutputs),
});

export const toyLink = defineResource<ToySession>()({
  kind: 'toy.link',
  inputs: z.strictObject({ serverId: text, groupId: text, weight: z.number() }),
  outputs: z.strictObject({ id: text, weight: z.number() }),
  identity: 'attachment',
  replaceOn: ['serverId', 'groupId'],
  replaceOrder: 'create-first',
  stableOutputs: ['id'],
  idOf: ({ id }) => id,
  observe: (session, context, { inputs, last }) => {
    const samePair = ({ values }: ToyObject): boolean =>
      values['serverId'] === inputs.serverId && values['groupId'] === inputs.groupId;
    return observe(session, context, 'toy.link', last, samePair, linkOutputs);
  },
  create: async (session, context, inputs) =>
    linkOutputs(await create(session, context, { kind: 'toy.link', values: inputs })),
  sync: async (session, context, { weight }, observed) =>
    weight === observed.weight
      ? observed
      : linkOutputs(await update(session, context, 'toy.link', observed.id, { weight })),
  destroy: (session, context, { id }) => remove(session, context, 'toy.link', id),
  list: (session, context) => list(session, context, 'toy.link', linkOutputs),
});

export const toyRecord = defineResource<ToySession>()({
  kind: 'toy.record',
  inputs: z.strictObject({ name: text, value: text, ttl: z.number() }),
  outputs: z.strictObject({ id: text, value: text, ttl: z.number() }),
  identity: 'name',
  replaceOn: ['name'],
  replaceOrder: 'create-first',
  stableOutputs: ['id'],
  idOf: ({ id }) => id,
  observe: (session, context, { inputs, last }) => {
    const sameName = ({ values }: ToyObject): boolean => values['name'] === inputs.name;
    return observe(session, context, 'toy.record', last, sameName, recordOutputs);
  },
  create: async (session, context, values) => {
    const { instanceId } = context;
    const errand: Errand = { verb: 'create', kind: 'toy.record', instanceId };
    const apply = (account: Parameters<Parameters<ToySession['changeRecord']>[0]['apply']>[0]): ToyObject =>
      account.create({ kind: 'toy.record', values, owner: markOf(context) });
    const call = { budget: 'toy.records', purpose: 'create the record' };
    return recordOutputs(await context.mutate(call, (signal) => session.changeRecord({ errand, apply }, signal)));
  },
  sync: async (session, context, { value, ttl }, observed) => {
    if (value === observed.value && ttl === observed.ttl) return observed;
    return recordOutputs(await update(session, context, 'toy.record', observed.id, { value, ttl }));
  },
  destroy: (session, context, { id }) => remove(session, context, 'toy.record', id),
  list: (session, context) => list(session, context, 'toy.record', recordOutputs),
});

export const toySecretNote = defineResource<ToySession>()({
  kind: 'toy.secret-note',
  inputs: z.strictObject({ name: text, scope: text, content: z.instanceof(Secret) }),
  outputs: z.strictObject({ id: text, fingerprint: text }),
  identity: 'name',
  replaceOn: ['name', 'scope'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['id'],
  idOf: ({ id }) => id,
  observe: (session, context, { inputs, last }) => {
    const sameName = ({ values }: ToyObject): boolean => values['name'] === inputs.name;
    return observe(session, context, 'toy.secret-note', last, sameName, noteOutputs);
  },
  create: async (session, context, { name, scope, content }) => {
    const values = { name, scope, content: content.reveal() };
    return noteOutputs(await create(session, context, { kind: 'toy.secret-note', values }));
  },
  sync: async (session, context, { content }, observed) => {
    if (content.fingerprint === observed.fingerprint) return observed;
    const changes = { content: content.reveal() };
    return noteOutputs(await update(session, context, 'toy.secret-note', observed.id, changes));
  },
  destroy: (session, context, { id }) => remove(session, context, 'toy.secret-note', id),
  list: (session, context) => list(session, context, 'toy.secret-note', noteOutputs),
});

export const toyTenant = defineResource<ToySession>()({
  kind: 'toy.tenant',
  inputs: z.strictObject({ serverId: text, name: text, text }),
  outputs: z.strictObject({ id: text, text }),
  identity: 'name',
  replaceOn: ['serverId', 'name'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['id'],
  idOf: ({ id }) => id,
  observe: async (session, context, { inputs, last }) => {
    const fits = ({ id, values }: ToyObject): boolean =>
      last === undefined ? values['serverId'] === inputs.serverId && values['name'] === inputs.name : id === last.id;
    const call = { budget: 'toy.read', purpose: 'look into the server' };
    const seen = await context.read(call, (signal) =>
      session.searchInside(inputs.serverId, 'toy.tenant', fits, signal),
    );
    if (seen === undefined) return { state: 'unreachable', reason: `${inputs.serverId} does not answer` };
    return present(seen, tenantOutputs);
  },
  create: async (session, context, values) =>
    tenantOutputs(await create(session, context, { kind: 'toy.tenant', values })),
  sync: async (session, context, inputs, observed) => {
    if (inputs.text === observed.text) return observed;
    return tenantOutputs(await update(session, context, 'toy.tenant', observed.id, { text: inputs.text }));
  },
  destroy: (session, context, { id }) => remove(session, context, 'toy.tenant', id),
  list: (session, context) => list(session, context, 'toy.tenant', tenantOutputs),
});

function networkOutputs({ id, values }: ToyObject) {
  return { id, cidr: String(values['cidr']), label: String(values['label']) };
}

function groupOutputs({ id, values }: ToyObject) {
  return { id, ports: String(values['ports']) };
}

function serverOutputs({ id, zone, values }: ToyObject) {
  return { id, zone, tier: tierOf(String(values['size'])) };
}

function linkOutputs({ id, values }: ToyObject) {
  return { id, weight: Number(values['weight']) };
}

function recordOutputs({ id, values }: ToyObject) {
  return { id, value: String(values['value']), ttl: Number(values['ttl']) };
}

function noteOutputs({ id, values }: ToyObject) {
  return { id, fingerprint: new Secret(String(values['content'])).fingerprint };
}

function tenantOutputs({ id, values }: ToyObject) {
  return { id, text: String(values['text']) };
}

function tierOf(size: string): string {
  return `tier-${size}`;
}

interface Creation {
  readonly kind: ToyKind;
  readonly values: ToyValues;
  readonly token?: string;
  readonly zone?: string;
}

function create(session: ToySession, context: ResourceContext, creation: Creation): Promise<ToyObject> {
  const call = { budget: creation.kind, purpose: `create the ${creation.kind}` };
  const request = { ...creation, owner: markOf(context) };
  return context.mutate(call, (signal) => session.create(request, context.instanceId, signal));
}

function update(
  session: ToySession,
  context: ResourceContext,
  kind: ToyKind,
  ...[id, changes]: [string, ToyValues]
): Promise<ToyObject> {
  const errand = { verb: 'update', kind, instanceId: context.instanceId, id } as const;
  return context.mutate({ budget: kind, purpose: `update ${id}` }, (signal) => session.update(errand, changes, signal));
}

function remove(session: ToySession, context: ResourceContext, kind: ToyKind, id: string): Promise<void> {
  const errand = { verb: 'destroy', kind, instanceId: context.instanceId, id } as const;
  return context.mutate({ budget: kind, purpose: `destroy ${id}` }, (signal) => session.remove(errand, signal));
}

type ToOutputs<Outputs> = (object: ToyObject) => Outputs;

async function observe<Outputs>(
  session: ToySession,
  context: ResourceContext,
  kind: ToyKind,
  ...[last, fits, toOutputs]: [{ readonly id: string } | undefined, (object: ToyObject) => boolean, ToOutputs<Outputs>]
): Promise<Observation<Outputs>> {
  const call = { budget: 'toy.read', purpose: `look at the ${kind}` };
  const look = async (signal: AbortSignal): Promise<readonly SeenObject[]> => {
    if (last === undefined) return session.search(kind, fits, signal);
    const seen = await session.describe(kind, last.id, signal);
    return seen === undefined ? [] : [seen];
  };
  return present(await context.read(call, look), toOutputs);
}

/** The oldest that is not gone. */
function present<Outputs>(seen: readonly SeenObject[], toOutputs: ToOutputs<Outputs>): Observation<Outputs> {
  const found = seen.find(({ phase }) => phase !== 'gone');
  if (found === undefined) return ABSENT;
  const { object } = found;
  const answer: Present<Outputs> = {
    state: 'present',
    outputs: toOutputs(object),
    owner: ownerOf(object.owner),
    condition: conditionOf(found),
  };
  return answer;
}

async function list<Outputs>(
  session: ToySession,
  context: ListContext,
  kind: ToyKind,
  toOutputs: ToOutputs<Outputs>,
): Promise<readonly Listed<Outputs>[]> {
  const call = { budget: 'toy.read', purpose: `list every ${kind}` };
  const ours = ({ owner }: ToyObject): boolean => owner?.cluster === context.cluster;
  const seen = await context.read(call, (signal) => session.search(kind, ours, signal));
  return seen.flatMap(({ object, phase }) => {
    const owner = ownerOf(object.owner);
    return owner === undefined || phase === 'gone' || phase === 'going' ? [] : [{ owner, outputs: toOutputs(object) }];
  });
}

function conditionOf({ phase }: SeenObject): Condition {
  if (phase === 'running') return READY;
  if (phase === 'pending') return { is: 'pending', waitingFor: 'it to start' };
  return { is: 'broken', reason: phase === 'broken' ? 'it ended while starting' : 'it is going away' };
}

function markOf({ cluster, instanceId }: ResourceContext): ToyOwner {
  return { cluster, instanceId };
}

function byMark({ cluster, instanceId }: ResourceContext): (object: ToyObject) => boolean {
  return ({ owner }) => owner?.cluster === cluster && owner.instanceId === instanceId;
}

function ownerOf(owner: ToyOwner | undefined): Owner | undefined {
  if (owner === undefined || !isClusterUid(owner.cluster) || !isInstanceId(owner.instanceId)) return undefined;
  return { cluster: owner.cluster, instanceId: owner.instanceId };
}
