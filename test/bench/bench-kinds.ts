import { z } from 'zod';
import type { Address } from '#engine/address.ts';
import { ABSENT, defineResource, type Identity, type Owner, READY, type ResourceContext } from '#engine/resource.ts';

type BenchVerb = 'create' | 'read' | 'update' | 'destroy' | 'list';

/** An account without rules of its own: what costs time here is the engine. */
export interface BenchSession {
  readonly objects: Map<string, BenchObject>;
  /** Resolves when the service has answered. */
  latency(verb: BenchVerb, address?: Address): Promise<void>;
}

interface BenchObject {
  readonly id: string;
  readonly kind: string;
  readonly cluster: ResourceContext['cluster'];
  readonly instanceId: ResourceContext['instanceId'];
  readonly size: number;
}

const text = z.string();

/** One kind per class of create call, and so per rate budget. */
export const BENCH_KINDS = (['token', 'name', 'tag', 'attachment'] as const).map(benchKind);

function benchKind(identity: Identity) {
  const kind = `bench.${identity}`;
  return defineResource<BenchSession>()({
    kind,
    inputs: z.strictObject({
      name: text,
      size: z.number().int().positive(),
      labels: z.record(text, text),
      needs: z.array(text).readonly(),
    }),
    outputs: z.strictObject({ id: text, size: z.number() }),
    identity,
    replaceOn: ['name', 'needs'],
    replaceOrder: 'create-first',
    stableOutputs: ['id'],
    idOf: ({ id }) => id,
    async observe(session, context) {
      const { instanceId } = context;
      const call = { budget: `${kind}.read`, purpose: `look at the ${kind}` };
      const found = await context.read(call, async () => {
        await session.latency('read', context.address);
        return session.objects.get(instanceId);
      });
      if (found === undefined) return ABSENT;
      return { state: 'present', outputs: outputsOf(found), owner: ownerOf(found), condition: READY };
    },
    async create(session, context, { size }) {
      const { cluster, instanceId } = context;
      const object = { id: `id-${instanceId}`, kind, cluster, instanceId, size };
      return outputsOf(
        await context.mutate({ budget: `${kind}.write`, purpose: `create the ${kind}` }, async () => {
          await session.latency('create', context.address);
          session.objects.set(instanceId, object);
          return object;
        }),
      );
    },
    async sync(session, context, { size }, observed) {
      if (observed.size === size) return observed;
      await context.mutate({ budget: `${kind}.write`, purpose: `update the ${kind}` }, async () => {
        await session.latency('update', context.address);
        const object = session.objects.get(context.instanceId);
        if (object !== undefined) session.objects.set(context.instanceId, { ...object, size });
      });
      return { ...observed, size };
    },
    async destroy(session, context) {
      await context.mutate({ budget: `${kind}.write`, purpose: `destroy the ${kind}` }, async () => {
        await session.latency('destroy', context.address);
        session.objects.delete(context.instanceId);
      });
    },
    async list(session, context) {
      const ours = await context.read({ budget: `${kind}.read`, purpose: `list every ${kind}` }, async () => {
        await session.latency('list');
        return [...session.objects.values()].filter((object) => object.kind === kind);
      });
      return ours.map((object) => ({ owner: ownerOf(object), outputs: outputsOf(object) }));
    },
  });
}

function outputsOf({ id, size }: BenchObject) {
  return { id, size };
}

function ownerOf({ cluster, instanceId }: BenchObject): Owner {
  return { cluster, instanceId };
}
