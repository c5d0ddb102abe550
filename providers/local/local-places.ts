import { dirname, join } from 'node:path';
import type { ClusterUid, InstanceId } from '#engine/address.ts';

/** Where things of this provider are on the workstation. */
export interface LocalRoots {
  /** What is lost with the workstation: clusters, keys. */
  readonly data: string;
  /** What can be fetched or made again: images, what was found out of the machine. */
  readonly cache: string;
  /** Sockets: their whole path may have no more than 100 characters. */
  readonly runtime: string;
}

export interface LocalPlaces {
  readonly images: string;
  /** What the probe of accelerators has found, by boot. */
  readonly accelerator: string;
  /** Opens SSH on every machine of this workstation. */
  readonly operatorKey: string;
  readonly clusters: string;
  /** Which ports of this workstation are taken, by whom: of all clusters. */
  readonly ports: string;
  of(cluster: ClusterUid): LocalClusterPlaces;
}

export interface SharedPlaces {
  /** Who is a peer, what machines fetch, and what the cluster's etcd was at some moments. */
  readonly board: string;
  readonly assets: string;
  readonly snapshots: string;
}

interface LocalClusterPlaces extends SharedPlaces {
  /** Everything of it. */
  readonly root: string;
  /** State, mailboxes, and what all machines of it share. */
  readonly ground: string;
  readonly state: string;
  readonly stateKey: { readonly root: string; readonly file: string };
  /** A directory for each box, a file for each letter. */
  readonly mailboxes: string;
  readonly machines: string;
  /** Which private addresses are taken, by whom. */
  readonly addresses: string;
  /** Consoles of machines that never said hello. */
  readonly lostLogs: string;
  readonly network: string;
  readonly names: string;
  readonly sockets: string;
  /** Where machines plug into the switch, and where the switch takes orders. */
  readonly segmentSocket: string;
  readonly switchControl: string;
  machine(instanceId: InstanceId): LocalMachinePlaces;
}

export interface LocalMachinePlaces {
  readonly root: string;
  /** What it was made as, for who starts it again. */
  readonly description: string;
  readonly systemDisk: string;
  dataDisk(index: number): string;
  readonly seed: string;
  readonly serialLog: string;
  readonly programLog: string;
  readonly pidFile: string;
  /** There is one when the user has stopped it. */
  readonly stopped: string;
  readonly monitor: string;
  readonly mailbox: string;
}

/** Enough of an id to tell the few of one workstation apart, in paths that have to be short. */
const SHORT = 10;

export function localPlaces({ data, cache, runtime }: LocalRoots): LocalPlaces {
  const clusters = join(data, 'local', 'clusters');
  return {
    images: join(cache, 'images'),
    accelerator: join(cache, 'accelerator.json'),
    operatorKey: join(data, 'keys', 'operator'),
    clusters,
    ports: join(data, 'local', 'ports'),
    of: (cluster) => clusterPlaces(join(clusters, cluster), join(runtime, cluster.slice(0, SHORT))),
  };
}

function sharedPlaces(ground: string): SharedPlaces {
  return { board: join(ground, 'board'), assets: join(ground, 'assets'), snapshots: join(ground, 'snapshots') };
}

/** What is in the same ground as a machine's box: its door knows of nothing but that. */
export function sharedBeside(box: string): SharedPlaces {
  return sharedPlaces(dirname(dirname(box)));
}

function clusterPlaces(root: string, sockets: string): LocalClusterPlaces {
  const ground = join(root, 'ground');
  const mailboxes = join(ground, 'mailboxes');
  const key = join(root, 'key');
  return {
    root,
    ground,
    state: join(ground, 'state'),
    stateKey: { root: key, file: join(key, 'state.key') },
    mailboxes,
    ...sharedPlaces(ground),
    machines: join(root, 'machines'),
    addresses: join(root, 'addresses'),
    lostLogs: join(root, 'lost-logs'),
    network: join(root, 'network'),
    names: join(root, 'names'),
    sockets,
    segmentSocket: join(sockets, 'segment'),
    switchControl: join(sockets, 'switch'),
    machine(instanceId) {
      const own = join(root, 'machines', instanceId);
      return {
        root: own,
        description: join(own, 'machine.json'),
        systemDisk: join(own, 'system.qcow2'),
        dataDisk: (index) => join(own, `data-${index + 1}.qcow2`),
        seed: join(own, 'seed.img'),
        serialLog: join(own, 'serial.log'),
        programLog: join(own, 'qemu.log'),
        pidFile: join(own, 'qemu.pid'),
        stopped: join(own, 'stopped'),
        monitor: join(sockets, `${instanceId.slice(0, SHORT)}.qmp`),
        mailbox: join(mailboxes, instanceId),
      };
    },
  };
}
