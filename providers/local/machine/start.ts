import { join } from 'node:path';
import { problem } from '#engine/problem.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { LocalSession } from '../local-session.ts';
import type { MachineForm } from '../qemu/machine-form.ts';
import { PortTaken, startMachine } from '../qemu/machine-process.ts';
import { type Description, writeDescription } from './description.ts';
import { leasePort } from './ports.ts';

type Context = Pick<ResourceContext, 'cluster' | 'instanceId'>;

/** Somebody else may take a port between the look at it and the start. */
const PORT_TRIES = 5;

/** Starts it, or finds that it runs. What it was started as is written down before and after. */
export async function start(session: LocalSession, context: Context, described: Description): Promise<Description> {
  const { world } = session;
  const places = session.places.of(context.cluster).machine(context.instanceId);
  const { name: accelerator, patienceMs } = await session.acceleratorFor(described.architecture);
  const started = { bootId: await world.host.bootId(), atMs: world.clock.wallMs(), accelerator, patienceMs };
  await world.files.remove(places.stopped);
  await world.files.makeDirectory(session.places.of(context.cluster).sockets);
  let description = described;
  for (let tries = 1; ; tries += 1) {
    try {
      await startMachine(
        world,
        await session.qemuFor(description.architecture),
        await formOf(session, context, description),
      );
      break;
    } catch (error) {
      if (!(error instanceof PortTaken) || tries === PORT_TRIES) throw error;
      description = await withAnotherPort(session, context, description, error.port);
      await writeDescription(world, places.description, description);
    }
  }
  description = { ...description, started };
  await writeDescription(world, places.description, description);
  return description;
}

async function withAnotherPort(
  session: LocalSession,
  { instanceId }: Context,
  description: Description,
  taken: number,
): Promise<Description> {
  const forwards = await Promise.all(
    description.forwards.map(async ({ guestPort, hostPort }) => {
      if (hostPort !== taken) return { guestPort, hostPort };
      await session.world.files.remove(join(session.places.ports, String(taken)));
      return { guestPort, hostPort: await leasePort(session, { holder: instanceId, guestPort, unless: [taken] }) };
    }),
  );
  return { ...description, forwards };
}

async function formOf(
  session: LocalSession,
  { cluster, instanceId }: Context,
  description: Description,
): Promise<MachineForm> {
  const places = session.places.of(cluster).machine(instanceId);
  const { uuid, title, vcpus, memoryMiB, architecture, dataDisksGiB, imageId, isOffline, forwards, mac } = description;
  const image = await session.images.entry(imageId);
  if (image === undefined) {
    throw problem('local.image-missing', {
      detail: `The image ${imageId.slice(0, 12)}… is not in the cache any more.`,
    });
  }
  const { name: accelerator } = await session.acceleratorFor(architecture);
  return {
    uuid,
    title,
    vcpus,
    memoryMiB,
    architecture,
    accelerator,
    systemDisk: places.systemDisk,
    dataDisks: dataDisksGiB.map((_size, index) => ({ path: places.dataDisk(index), serial: `data-${index + 1}` })),
    seed: places.seed,
    boot: image.boot,
    outside: { mac: mac.outside, isOffline, forwards },
    segment: { socket: description.segmentSocket, mac: mac.segment },
    door: doorOf(session, places.mailbox),
    serialLog: places.serialLog,
    programLog: places.programLog,
    pidFile: places.pidFile,
    monitor: places.monitor,
  };
}

function doorOf({ own }: LocalSession, mailbox: string): readonly string[] {
  const { node, source, extension, conditions } = own;
  const flags = conditions.map((condition) => `--conditions=${condition}`);
  return [node, ...flags, join(source, 'mailbox', `door-main${extension}`), mailbox];
}
