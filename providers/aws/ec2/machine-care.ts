import { type Instance, StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { type ClusterUid, isClusterUid } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import { refusalProblem } from '#engine/refusal.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { Hello, LETTER } from '#host/protocol.ts';
import type { MachineCare, Power, ReachedPort, ServiceMeant, WayIn } from '#provider/machine-care.ts';
import type { Clock } from '#std/clock.ts';
import type { AwsClients } from '../clients.ts';
import { callErrorOf } from '../problems.ts';
import type { AwsSession } from '../session.ts';
import { CLUSTER_TAG, tagValue } from '../tags.ts';
import { readConsole } from './read-console.ts';

interface CareWorld {
  readonly aws: AwsSession;
  readonly clients: Pick<AwsClients, 'ec2'>;
  readonly clock: Clock;
  /** Between two looks at a machine that changes. */
  readonly pollMs: number;
  readonly contextOf: (cluster: ClusterUid | undefined, signal: AbortSignal) => Asking;
}

type Asking = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;

/** With a key pair of EC2 everybody's image lets in root, if our user-data asks it to. */
const LOGIN = 'root';
const SSH_PORT = 22;
/** Looks at a machine that is to switch itself off: about three minutes, and again when it is forced. */
const LOOKS_MAX = 180;

/** What can be done to machines beside their cluster's runs: nothing of it changes what they are. */
export function machineCare(world: CareWorld): MachineCare {
  return {
    async powerOf(id) {
      const found = await find(world, id, new AbortController().signal);
      return found === undefined ? 'gone' : powerIn(found);
    },
    stop: (id, signal) => stop(world, id, signal),
    start: (id, signal) => start(world, id, signal),
    async consoleOf(id) {
      return { recent: (signal) => readConsole(world, world.contextOf(undefined, signal), id) };
    },
    shellOf: (id, signal) => shellOf(world, id, signal),
    waysTo: (service, signal) => waysTo(world, service, signal),
  };
}

/** All that ask at one moment are told by one listing: of everything that bears the mark of any cluster. */
async function find({ aws, contextOf }: CareWorld, id: string, signal: AbortSignal): Promise<Instance | undefined> {
  const all = await aws.listings.instances.where(contextOf(undefined, signal), 'tag-key', CLUSTER_TAG);
  return all.find(({ InstanceId }) => InstanceId === id);
}

/** One on its way up or down is what it is about to be. */
function powerIn({ State }: Instance): Power {
  switch (State?.Name) {
    case 'pending':
    case 'running':
      return 'on';
    case 'stopping':
    case 'stopped':
      return 'off';
    case 'shutting-down':
    case 'terminated':
    case undefined:
      return 'gone';
  }
}

async function there(world: CareWorld, id: string, signal: AbortSignal): Promise<Instance> {
  const found = await find(world, id, signal);
  if (found !== undefined && powerIn(found) !== 'gone') return found;
  throw problem('machine.gone', { detail: `EC2 has no machine ${id} any more.` });
}

async function stop(world: CareWorld, id: string, signal: AbortSignal): Promise<void> {
  const { State } = await there(world, id, signal);
  if (State?.Name === 'stopped') return;
  if (State?.Name === 'pending') await awaitState(world, id, signal, 'running');
  for (const Force of [false, true]) {
    const command = new StopInstancesCommand({ InstanceIds: [id], Force });
    await asked(world, 'StopInstances', signal, (options) => world.clients.ec2.send(command, options));
    if (await awaitState(world, id, signal, 'stopped')) return;
  }
  throw problem('call.unanswered', { detail: `${id} was asked to stop, with force at last, and is still on.` });
}

async function start(world: CareWorld, id: string, signal: AbortSignal): Promise<void> {
  const { State } = await there(world, id, signal);
  if (State?.Name === 'stopping') await awaitState(world, id, signal, 'stopped');
  const command = new StartInstancesCommand({ InstanceIds: [id] });
  await asked(world, 'StartInstances', signal, (options) => world.clients.ec2.send(command, options));
}

/** Whether it came to that in time. */
async function awaitState(
  world: CareWorld,
  id: string,
  signal: AbortSignal,
  wanted: 'running' | 'stopped',
): Promise<boolean> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    if ((await there(world, id, signal)).State?.Name === wanted) return true;
    await world.clock.sleep(world.pollMs, signal);
  }
  return false;
}

/** Without an intent: the next run sees a machine that it has to wait for. */
async function asked(
  { aws }: CareWorld,
  operation: string,
  signal: AbortSignal,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>,
): Promise<void> {
  try {
    await send({ abortSignal: signal });
  } catch (error) {
    const failed = callErrorOf(error, 'absent', { service: 'ec2', operation, region: aws.region });
    throw refusalProblem(failed) ?? failed;
  }
}

async function shellOf(world: CareWorld, id: string, signal: AbortSignal) {
  const machine = await there(world, id, signal);
  if (powerIn(machine) === 'off') throw problem('machine.off', { detail: `${nameOf(machine)} does not run.` });
  const way = await wayInto(world, machine, signal);
  if (machine.PublicIpAddress !== undefined) return { ...way, host: machine.PublicIpAddress };
  const door = await doorTo(world, machine, signal);
  const through = door === undefined ? undefined : await wayInto(world, door, signal);
  const host = machine.PrivateIpAddress ?? '';
  if (door === undefined || through === undefined) return { ...way, host };
  return { ...way, host, through: { ...through, host: door.PublicIpAddress ?? '' } };
}

/** By its name first; as long as nobody leads to the zone yet, the machines themselves are found all the same. */
async function waysTo(
  { aws, contextOf }: CareWorld,
  { machines, port, name }: ServiceMeant,
  signal: AbortSignal,
): Promise<readonly ReachedPort[]> {
  const all = await aws.listings.instances.where(contextOf(undefined, signal), 'tag-key', CLUSTER_TAG);
  const addresses = all.flatMap((machine) => {
    const isMeant = machines.includes(machine.InstanceId ?? '') && powerIn(machine) === 'on';
    return isMeant && machine.PublicIpAddress !== undefined ? [machine.PublicIpAddress] : [];
  });
  return [name, ...addresses].map((host) => ({ host, port }));
}

/** All but the host. */
async function wayInto(world: CareWorld, machine: Instance, signal: AbortSignal): Promise<Omit<WayIn, 'host'>> {
  const hostKey = await hostKeyOf(world, machine, signal);
  return { port: SSH_PORT, user: LOGIN, hostKeys: [hostKey] };
}

/** As the machine said when it spoke for the first time: from then on it is believed to nobody else. */
async function hostKeyOf({ aws, contextOf }: CareWorld, machine: Instance, signal: AbortSignal): Promise<string> {
  const { InstanceId = '' } = machine;
  const cluster = clusterOf(machine);
  const text = cluster && (await aws.mailbox.read(contextOf(cluster, signal), InstanceId, LETTER.hello));
  if (text !== undefined) return Hello.parse(JSON.parse(text)).keys.sshHost;
  throw problem('machine.silent', { detail: `${nameOf(machine)} has not said hello yet.` });
}

/** One of the same network that can be reached from outside: where it is private, only its bastion can. */
async function doorTo(
  { aws, contextOf }: CareWorld,
  { VpcId, ...machine }: Instance,
  signal: AbortSignal,
): Promise<Instance | undefined> {
  const cluster = clusterOf(machine);
  if (cluster === undefined) return undefined;
  const all = await aws.listings.instances.ofCluster(contextOf(cluster, signal));
  return all.find(
    (other) => other.VpcId === VpcId && other.State?.Name === 'running' && other.PublicIpAddress !== undefined,
  );
}

function clusterOf({ Tags }: Pick<Instance, 'Tags'>): ClusterUid | undefined {
  const uid = tagValue(Tags, CLUSTER_TAG);
  return uid !== undefined && isClusterUid(uid) ? uid : undefined;
}

function nameOf({ InstanceId = '', Tags }: Pick<Instance, 'InstanceId' | 'Tags'>): string {
  const name = tagValue(Tags, 'Name');
  return name === undefined ? InstanceId : `${name} (${InstanceId})`;
}
