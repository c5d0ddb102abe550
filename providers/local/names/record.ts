import { join } from 'node:path';
import { z } from 'zod';
import { isInstanceId } from '#engine/address.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { doing, looking, unlessAbsent } from '../acts.ts';
import type { LocalSession } from '../local-session.ts';

const Said = z.strictObject({
  name: z.string(),
  type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']),
  ttlSeconds: z.int(),
  values: z.array(z.string()).readonly(),
});

const Written = Said.extend({ instance: z.string().refine(isInstanceId) });
export type WrittenRecord = Readonly<z.output<typeof Written>>;

/** What a name stands for, in a file of its own. */
export const localRecord = defineResource<LocalSession>()({
  kind: 'local.record',
  inputs: Said.extend({ zoneId: z.string() }),
  outputs: Said,
  identity: 'name',
  replaceOn: ['zoneId', 'name', 'type'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['name', 'type'],
  idOf: ({ name, type }) => `${name} ${type}`,

  observe: (session, context, { inputs }) =>
    looking(context, 'look at the record', async () => {
      const found = await readRecord(session, pathOf(session, context, inputs));
      if (found === undefined) return ABSENT;
      const { instance: instanceId, ...outputs } = found;
      return { state: 'present', outputs, owner: { cluster: context.cluster, instanceId }, condition: READY };
    }),

  create: (session, context, { zoneId: _zone, ...said }) =>
    doing(context, 'write the record', () => write(session, context, said)),

  async sync(session, context, { zoneId: _zone, ...said }, observed) {
    if (sameValue(said, observed)) return observed;
    return doing(context, 'write the record', () => write(session, context, said));
  },

  async destroy(session, context, outputs) {
    await doing(context, 'remove the record', () => session.world.files.remove(pathOf(session, context, outputs)));
  },
});

type Context = Pick<ResourceContext, 'cluster' | 'instanceId'>;
type Said = Readonly<z.output<typeof Said>>;

/** Undefined: there is none, or only the beginning of one. */
async function readRecord({ world }: LocalSession, path: string): Promise<WrittenRecord | undefined> {
  const text = await unlessAbsent(() => world.files.read(path));
  return text === undefined ? undefined : Written.parse(JSON.parse(text));
}

async function write(session: LocalSession, context: Context, said: Said): Promise<Said> {
  const text = JSON.stringify({ ...said, instance: context.instanceId });
  await session.world.disk.write(pathOf(session, context, said), new TextEncoder().encode(text));
  return said;
}

function pathOf({ places }: LocalSession, { cluster }: Context, { name, type }: Pick<Said, 'name' | 'type'>): string {
  return join(places.of(cluster).names, `${name}.${type}.json`);
}
