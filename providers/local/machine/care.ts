import { type ClusterUid, type InstanceId, isClusterUid, parseInstanceId } from '#engine/address.ts';
import { isProblem, problem } from '#engine/problem.ts';
import { Hello, LETTER } from '#host/protocol.ts';
import type { MachineCare, ReachedPort } from '#provider/machine-care.ts';
import { unlessAbsent } from '../acts.ts';
import type { LocalMachinePlaces } from '../local-places.ts';
import type { LocalSession } from '../local-session.ts';
import { restartSegment } from '../network/segment.ts';
import { powerDown } from '../qemu/machine-process.ts';
import { type Description, readDescription } from './description.ts';
import { lifeOf } from './life.ts';
import { start } from './start.ts';

const LOGIN = 'debian';
const SSH_PORT = 22;
const LOOPBACK = '127.0.0.1';

interface Found {
  readonly cluster: ClusterUid;
  readonly instanceId: InstanceId;
  readonly places: LocalMachinePlaces;
  readonly description: Description;
}

/** What can be done to machines that are there, beside their cluster's runs: nothing of it changes what they are. */
export function machineCare(session: LocalSession): MachineCare {
  const { world } = session;
  return {
    async powerOf(id) {
      const found = await find(session, id).catch((error: unknown) => {
        if (!isProblem(error, 'machine.gone')) throw error;
      });
      const life = found && (await lifeOf(session, found.places, found.description));
      if (life === undefined || life.is === 'died') return 'gone';
      return life.is === 'running' ? 'on' : 'off';
    },

    async stop(id, signal) {
      const { places, description } = await find(session, id);
      const life = await lifeOf(session, places, description);
      if (life.is !== 'running') return;
      // Before it goes: one that was stopped and one that died look alike.
      await world.disk.write(places.stopped, new TextEncoder().encode(`${world.clock.wallMs()}\n`));
      await powerDown(world, { pidFile: places.pidFile, uuid: description.uuid, monitor: places.monitor }, signal);
    },

    async start(id) {
      const { cluster, instanceId, places, description } = await find(session, id);
      const life = await lifeOf(session, places, description);
      if (life.is === 'died') throw died(description);
      if (life.is === 'running') return;
      await restartSegment(session, { cluster });
      await start(session, { cluster, instanceId }, description);
    },

    async consoleOf(id) {
      return { file: (await find(session, id)).places.serialLog };
    },

    async shellOf(id) {
      const { places, description } = await find(session, id);
      const life = await lifeOf(session, places, description);
      if (life.is === 'died') throw died(description);
      if (life.is === 'off') throw problem('machine.off', { detail: `${description.title} does not run.` });
      const hostKey = await hostKeyOf(session, places);
      const forward = description.forwards.find(({ guestPort }) => guestPort === SSH_PORT);
      if (hostKey === undefined || forward === undefined) {
        throw problem('machine.silent', { detail: `${description.title} has not said hello yet.` });
      }
      return {
        host: LOOPBACK,
        port: forward.hostPort,
        user: LOGIN,
        identityFile: session.places.operatorKey,
        hostKeys: [hostKey],
      };
    },

    async waysTo({ machines, port }) {
      const ways: ReachedPort[] = [];
      for (const id of machines) {
        const { places, description } = await find(session, id);
        const forward = description.forwards.find(({ guestPort }) => guestPort === port);
        const life = await lifeOf(session, places, description);
        if (forward !== undefined && life.is === 'running') ways.push({ host: LOOPBACK, port: forward.hostPort });
      }
      return ways;
    },
  };
}

async function find(session: LocalSession, id: string): Promise<Found> {
  const { world, places } = session;
  const instanceId = parseInstanceId(id);
  for (const { name } of (await unlessAbsent(() => world.files.list(places.clusters))) ?? []) {
    if (!isClusterUid(name)) continue;
    const own = places.of(name).machine(instanceId);
    const description = await readDescription(world, own.description);
    if (description !== undefined) return { cluster: name, instanceId, places: own, description };
  }
  throw problem('machine.gone', { detail: `There is no machine ${id} on this workstation.` });
}

/** As the machine said when it spoke for the first time: from then on it is believed to nobody else. */
async function hostKeyOf({ world }: LocalSession, { mailbox }: LocalMachinePlaces): Promise<string | undefined> {
  const text = await unlessAbsent(() => world.files.read(`${mailbox}/${LETTER.hello}`));
  return text === undefined ? undefined : Hello.parse(JSON.parse(text)).keys.sshHost;
}

function died({ title }: Description) {
  return problem('local.machine-died', { detail: `${title} has died.` });
}
