import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { problem } from '#engine/problem.ts';
import { Stub } from '#host/protocol.ts';
import { sha256Hex } from '#std/hash.ts';
import { machineAddresses } from '../ipv4.ts';
import { lease } from '../leases.ts';
import type { LocalSession } from '../local-session.ts';
import { claim } from '../marks.ts';
import { makeDisk } from '../qemu/disks.ts';
import { seedVolume } from '../seed/seed.ts';
import { type Description, type Forward, readDescription, writeDescription } from './description.ts';
import type { MachineInputs } from './machine.ts';
import { macsOf, uuidOf } from './machine-names.ts';
import { leasePort } from './ports.ts';

type Context = Pick<ResourceContext, 'cluster' | 'instanceId' | 'address'>;

/** Everything that it starts from. What an earlier request of the same has made already is kept as it is. */
export async function prepare(
  session: LocalSession,
  context: Context,
  inputs: MachineInputs,
  signal: AbortSignal,
): Promise<Description> {
  const { world } = session;
  const places = session.places.of(context.cluster).machine(context.instanceId);
  await claim(world, places.root, context);
  await world.files.makeDirectory(places.mailbox);
  const description = (await readDescription(world, places.description)) ?? (await describe(session, context, inputs));
  await writeDescription(world, places.description, description);
  await makeDisks(session, context, description, signal);
  if ((await world.disk.size(places.seed)) === undefined)
    await world.disk.write(places.seed, seedOf(session, context, { inputs, description }));
  return description;
}

async function describe(
  session: LocalSession,
  { cluster, instanceId, address }: Context,
  inputs: MachineInputs,
): Promise<Description> {
  const { world, places } = session;
  const { architecture, type, vcpus, memoryMiB, zone, imageId, systemDiskGiB, dataDisksGiB, isOffline } = inputs;
  const start = Number.parseInt(sha256Hex(instanceId).slice(0, 8), 16);
  const privateAddress = await lease(world, places.of(cluster).addresses, {
    holder: instanceId,
    among: machineAddresses(inputs.cidr, start % FIRST_CANDIDATES),
  });
  if (privateAddress === undefined) {
    const message = `All addresses of ${inputs.cidr} are taken.`;
    throw new CallError({ outcome: 'rejected', reason: 'quota', message });
  }
  const forwards: Forward[] = [];
  for (const guestPort of inputs.opens) {
    forwards.push({ guestPort, hostPort: await leasePort(session, { holder: instanceId, guestPort, unless: [] }) });
  }
  return {
    format: 1,
    title: `${inputs.title} ${address}`,
    uuid: uuidOf(instanceId),
    architecture,
    type,
    vcpus,
    memoryMiB,
    zone,
    imageId,
    systemDiskGiB,
    dataDisksGiB,
    isOffline,
    mac: macsOf(instanceId),
    privateAddress,
    segmentSocket: inputs.segment.socket,
    forwards,
  };
}

/** Low addresses are easier to read; two that begin at one are told apart by who came first. */
const FIRST_CANDIDATES = 64;

async function makeDisks(
  session: LocalSession,
  { cluster, instanceId }: Context,
  { imageId, architecture, systemDiskGiB, dataDisksGiB }: Description,
  signal: AbortSignal,
): Promise<void> {
  const { world, images } = session;
  const places = session.places.of(cluster).machine(instanceId);
  const image = await images.entry(imageId);
  if (image === undefined) {
    throw problem('local.image-missing', {
      detail: `The image ${imageId.slice(0, 12)}… is not in the cache any more.`,
    });
  }
  const qemu = await session.qemuFor(architecture);
  const { disk, diskFormat } = image;
  await makeDisk(world, qemu, { path: places.systemDisk, sizeGiB: systemDiskGiB, over: { disk, diskFormat } }, signal);
  for (const [index, sizeGiB] of dataDisksGiB.entries()) {
    await makeDisk(world, qemu, { path: places.dataDisk(index), sizeGiB, over: undefined }, signal);
  }
}

interface Seeded {
  readonly inputs: MachineInputs;
  readonly description: Description;
}

function seedOf(
  { userDataOf }: LocalSession,
  { instanceId, address }: Context,
  { inputs, description }: Seeded,
): Uint8Array {
  const { mac, privateAddress } = description;
  const { stub, role, publicKeys: sshKeys, segment } = inputs;
  const dns = { address: segment.nameServer, search: [] };
  return seedVolume({
    box: instanceId,
    hostname: address.slice(address.lastIndexOf('.') + 1),
    userData: userDataOf({ stub: Stub.parse(JSON.parse(stub)), mailbox: MAILBOX_URL, sshKeys, dns, role }),
    outside: { mac: mac.outside },
    segment: { mac: mac.segment, address: privateAddress, prefix: segment.prefix },
    dns,
  });
}

/** Where QEMU opens the door to the machine's own mailbox. */
const MAILBOX_URL = 'http://10.0.2.100';
