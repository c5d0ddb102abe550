import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Peer } from '#host/peer-board.ts';
import { EtcdMachine } from '../etcd/etcd-machine.ts';
import { type NetworkProgram, OwnNetwork, networkProgram } from './own-network.ts';

const run = promisify(execFile);
const SERVER = fileURLToPath(new URL('peer-list-server.ts', import.meta.url));
const MAILBOX_ADDRESS = '10.99.0.254';
/** As in the network of a cloud. */
const WIRE_MTU = 9_001;
const LOOK_MS = 100;
const CONVERGES_MS = 20_000;
const PSK = Buffer.alloc(32, 'p').toString('base64');

export interface OverlayNode {
  readonly network: OwnNetwork;
  readonly machine: EtcdMachine;
  readonly peer: Peer;
}

/** Nodes on one wire, each in a network of its own, with the scripts of the overlay as they are, and WireGuard as a process. */
export class OverlayMesh implements AsyncDisposable {
  readonly nodes: OverlayNode[] = [];
  readonly #switch: OwnNetwork;
  readonly #folder: string;
  #mailbox: ChildProcess | undefined;

  private constructor(own: OwnNetwork, folder: string) {
    this.#switch = own;
    this.#folder = folder;
  }

  static async open(size: number): Promise<OverlayMesh> {
    const mesh = new OverlayMesh(await OwnNetwork.open(), await mkdtemp(join(tmpdir(), 'bootstrap-mesh-')));
    await mesh.#switch.run('ip', 'link', 'add', 'wire', 'type', 'bridge');
    await mesh.#switch.run('ip', 'address', 'add', `${MAILBOX_ADDRESS}/24`, 'dev', 'wire');
    await mesh.#switch.run('ip', 'link', 'set', 'wire', 'up');
    for (let number = 1; number <= size; number += 1) mesh.nodes.push(await mesh.#node(number));
    return mesh;
  }

  node(number: number): OverlayNode {
    const node = this.nodes[number - 1];
    if (node === undefined) throw new Error(`There is no node ${number}.`);
    return node;
  }

  get peers(): readonly Peer[] {
    return this.nodes.map(({ peer }) => peer);
  }

  async publish(peers: readonly Peer[]): Promise<void> {
    await writeFile(join(this.#folder, 'peers'), JSON.stringify({ format: 1, peers }));
  }

  async openMailbox(): Promise<void> {
    const [program = '', ...args] = this.#switch.inside;
    const server = [process.execPath, SERVER, join(this.#folder, 'peers'), MAILBOX_ADDRESS, '80'];
    this.#mailbox = spawn(program, [...args, ...server], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.#mailbox.stdout !== null) await once(this.#mailbox.stdout, 'data');
  }

  async closeMailbox(): Promise<void> {
    const mailbox = this.#mailbox;
    if (mailbox === undefined) return;
    this.#mailbox = undefined;
    mailbox.kill('SIGKILL');
    await once(mailbox, 'exit');
  }

  /** Whether the one reaches the other's address in the overlay. */
  async reaches(from: OverlayNode, to: OverlayNode): Promise<boolean> {
    const ping = from.network.run('ping', '-q', '-c', '1', '-W', '1', to.peer.overlayAddress);
    return ping.then(
      () => true,
      () => false,
    );
  }

  async until(what: string, look: () => Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + CONVERGES_MS;
    while (!(await look())) {
      if (performance.now() > untilMs) throw new Error(`Not within ${CONVERGES_MS} ms: ${what}`);
      await sleep(LOOK_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeMailbox();
    for (const { machine, network } of this.nodes) {
      await machine[Symbol.asyncDispose]();
      // With its link WireGuard ends.
      await network.run('ip', 'link', 'delete', 'bootstrap0').catch(() => '');
      await network[Symbol.asyncDispose]();
    }
    await this.#switch[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #node(number: number): Promise<OverlayNode> {
    const network = await OwnNetwork.open();
    const port = `port${number}`;
    const ends = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', network.pid];
    await this.#switch.run('ip', 'link', 'add', port, ...ends);
    await this.#switch.run('ip', 'link', 'set', port, 'master', 'wire', 'mtu', String(WIRE_MTU), 'up');
    const outside = `10.99.0.${number}`;
    await network.run('ip', 'address', 'add', `${outside}/24`, 'dev', 'eth0');
    await network.run('ip', 'link', 'set', 'eth0', 'mtu', String(WIRE_MTU), 'up');
    const machine = await EtcdMachine.open(network.inside);
    const node = `node-${number}`;
    const peer: Peer = {
      node,
      box: `box-of-${node}`,
      publicKey: await makeKey(machine),
      overlayAddress: `10.98.0.${number}`,
      podCidr: `10.97.${number}.0/24`,
      region: number < 3 ? 'one' : 'two',
      // Only the right one of the two is anybody's.
      endpoints:
        number < 3
          ? { near: `${outside}:51820`, far: `${outside}:51820` }
          : { near: '10.99.0.99:51820', far: `${outside}:51820` },
    };
    await machine.configure(settingsOf(peer), `http://${MAILBOX_ADDRESS}`);
    await machine.write('etc/bootstrap/secrets/overlay-psk', `${PSK}\n`);
    await useDebian(machine);
    return { network, machine, peer };
  }
}

function settingsOf({ node, region, overlayAddress, podCidr }: Peer): Readonly<Record<string, string>> {
  return {
    NODE: node,
    REGION: region,
    OVERLAY_ADDRESS: overlayAddress,
    OVERLAY_RANGE: '10.98.0.0/16',
    OVERLAY_PORT: '51820',
    OVERLAY_MTU: '1380',
    MACHINE_RANGE: '10.99.0.0/24',
    POD_CIDR: podCidr,
    POD_RANGE: '10.97.0.0/16',
    PEERS_SECONDS: '0.2',
  };
}

/** As the agent makes it; answers the public half. */
async function makeKey(machine: EtcdMachine): Promise<string> {
  const pem = machine.path('key.pem');
  await run('openssl', ['genpkey', '-algorithm', 'X25519', '-out', pem]);
  const half = async (...options: readonly string[]) => {
    const { stdout } = await run('openssl', ['pkey', '-in', pem, '-outform', 'DER', ...options], {
      encoding: 'buffer',
    });
    return stdout.subarray(-32).toString('base64');
  };
  const publicKey = await half('-pubout');
  await machine.write('etc/bootstrap/overlay.key', `${await half()}\n`);
  await machine.write('etc/bootstrap/overlay.pub', `${publicKey}\n`);
  return publicKey;
}

/** The programs of Debian 13; its WireGuard that needs no kernel, for the kernel here may have none. */
async function useDebian(machine: EtcdMachine): Promise<void> {
  const words = async (name: NetworkProgram) => (await networkProgram(name)).map((word) => `'${word}'`).join(' ');
  await machine.program('bin/wg', `exec ${await words('wg')} "$@"`);
  await machine.program('bin/nft', `exec ${await words('nft')} "$@"`);
  const start = `${await words('wireguard-go')} -f "$4" >>"$BOOTSTRAP_ROOT/var/log/wireguard" 2>&1 &
until [ -S "/run/wireguard/$4.sock" ]; do /bin/sleep 0.05; done`;
  const otherwise = `exec ${await words('ip')} "$@"`;
  await machine.program(
    'bin/ip',
    `case $* in 'link add dev '*' type wireguard')\n${start}\n;;\n*) ${otherwise} ;;\nesac`,
  );
}
