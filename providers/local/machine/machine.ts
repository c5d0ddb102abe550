import { z } from 'zod';
import { parseInstanceId } from '#engine/address.ts';
import { ABSENT, defineResource } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { doing, looking } from '../acts.ts';
import type { LocalSession } from '../local-session.ts';
import { markOf, marksIn } from '../marks.ts';
import { conditionOf } from './condition.ts';
import { type Description, readDescription } from './description.ts';
import { clearAway } from './clear-away.ts';
import { prepare } from './prepare.ts';
import { setForwards } from './forwards.ts';
import { start } from './start.ts';

const Inputs = z.strictObject({
  title: z.string(),
  role: z.string(),
  imageId: z.string(),
  architecture: z.enum(['amd64', 'arm64']),
  type: z.string(),
  vcpus: z.int().positive(),
  memoryMiB: z.int().positive(),
  zone: z.string(),
  /** Of the zone: it has an address in it. */
  cidr: z.string(),
  segment: z.strictObject({
    socket: z.string(),
    /** Of the whole segment. */
    prefix: z.int(),
    /** Where names are asked for. */
    nameServer: z.string(),
  }),
  /** Ports that can be reached from the workstation. */
  opens: z.array(z.int().min(1).max(65_535)).readonly(),
  /** Who can log in. */
  publicKeys: z.array(z.string()).readonly(),
  systemDiskGiB: z.int().positive(),
  dataDisksGiB: z.array(z.int().positive()).readonly(),
  stub: z.string(),
  isOffline: z.boolean(),
});
export type MachineInputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({
  instanceId: z.string(),
  mailbox: z.string(),
  zone: z.string(),
  type: z.string(),
  imageId: z.string(),
  privateAddress: z.string(),
  /** The workstation's own: by its ports machines are told apart. */
  publicAddress: z.string(),
  forwards: z.array(z.strictObject({ guestPort: z.int(), hostPort: z.int() })).readonly(),
});
type Outputs = Readonly<z.output<typeof Outputs>>;

const LOOPBACK = '127.0.0.1';

/** A machine of QEMU: a directory with its disks, and a process that outlives this one. It is ready when it has said hello. */
export const localMachine = defineResource<LocalSession>()({
  kind: 'local.machine',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'token',
  replaceOn: [
    'imageId',
    'architecture',
    'type',
    'zone',
    'cidr',
    'segment',
    'publicKeys',
    'systemDiskGiB',
    'dataDisksGiB',
    'stub',
    'isOffline',
  ],
  // A workstation has no room for two of them.
  replaceOrder: 'destroy-first',
  stableOutputs: ['instanceId', 'mailbox', 'zone', 'type', 'imageId', 'privateAddress', 'publicAddress'],
  idOf: ({ instanceId }) => instanceId,

  observe: (session, context) =>
    looking(context, 'look at the machine', async () => {
      const places = session.places.of(context.cluster).machine(context.instanceId);
      const owner = await markOf(session.world, places.root);
      const description = await readDescription(session.world, places.description);
      if (owner === undefined || description?.started === undefined) return ABSENT;
      const condition = await conditionOf(session, context, description);
      return { state: 'present', outputs: outputsOf(context.instanceId, description), owner, condition };
    }),

  async create(session, context, inputs) {
    const prepared = await doing(context, 'make the disks of the machine', (signal) =>
      prepare(session, context, inputs, signal),
    );
    const started = await doing(context, 'start the machine', () => start(session, context, prepared));
    return outputsOf(context.instanceId, started);
  },

  async sync(session, context, inputs, observed) {
    const open = observed.forwards.map(({ guestPort }) => guestPort);
    if (sameValue(open, sorted(inputs.opens))) return observed;
    const description = await doing(context, 'open and close ports of the machine', () =>
      setForwards(session, context, sorted(inputs.opens)),
    );
    return outputsOf(context.instanceId, description);
  },

  async destroy(session, context) {
    await doing(context, 'end the machine', (signal) => clearAway(session, context, signal));
  },

  list: ({ world, places }, context) =>
    looking(context, 'look for machines', async () => {
      const marked = await marksIn(world, places.of(context.cluster).machines);
      const found = await Promise.all(
        marked.map(async ({ owner }) => {
          const at = places.of(context.cluster).machine(owner.instanceId).description;
          const description = await readDescription(world, at);
          return { owner, outputs: outputsOf(owner.instanceId, description) };
        }),
      );
      return found;
    }),
});

function outputsOf(instanceId: string, description: Description | undefined): Outputs {
  const id = parseInstanceId(instanceId);
  return {
    instanceId: id,
    mailbox: id,
    zone: description?.zone ?? '',
    type: description?.type ?? '',
    imageId: description?.imageId ?? '',
    privateAddress: description?.privateAddress ?? '',
    publicAddress: LOOPBACK,
    forwards: description?.forwards ?? [],
  };
}

function sorted(ports: readonly number[]): readonly number[] {
  return ports.toSorted((left, right) => left - right);
}
