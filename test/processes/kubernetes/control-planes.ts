import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { debianPackages } from '../../ceph/debian-packages.ts';
import { EtcdMailbox } from '../etcd/etcd-mailbox.ts';
import { type Ended, EtcdMachine } from '../etcd/etcd-machine.ts';
import { networkProgram, OwnNetwork } from '../overlay/own-network.ts';
import { type Identity, KubernetesAuthorities } from './kubernetes-authorities.ts';

const run = promisify(execFile);
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];
const API_PORT = 6_443;
const VISITOR = '10.98.0.200/24';
const LOOK_MS = 200;
const CONVERGES_MS = 90_000;
export const NAMES = ['control-plane-1', 'control-plane-2'] as const;
export type Name = (typeof NAMES)[number];

interface Place {
  readonly network: OwnNetwork;
  readonly machine: EtcdMachine;
  readonly mailbox: EtcdMailbox;
}

/** Two machines on one wire, each in a network of its own with the ports of a machine, which become a control plane by its stages. */
export class ControlPlanes implements AsyncDisposable {
  readonly authorities = new KubernetesAuthorities();
  readonly #programs: string;
  readonly #wire: OwnNetwork;
  readonly #places = new Map<Name, Place>();

  private constructor(programs: string, wire: OwnNetwork) {
    this.#programs = programs;
    this.#wire = wire;
  }

  static async open(programs: string): Promise<ControlPlanes> {
    const wire = await OwnNetwork.open();
    await wire.run('ip', 'link', 'add', 'wire', 'type', 'bridge');
    await wire.run('ip', 'link', 'set', 'wire', 'up');
    await wire.run('ip', 'address', 'add', VISITOR, 'dev', 'wire');
    const stand = new ControlPlanes(programs, wire);
    for (const name of NAMES) await stand.#place(name);
    return stand;
  }

  machine(name: Name): EtcdMachine {
    return this.#at(name).machine;
  }

  mailbox(name: Name): EtcdMailbox {
    return this.#at(name).mailbox;
  }

  address(name: Name): string {
    return `10.98.0.${NAMES.indexOf(name) + 1}`;
  }

  stage(stage: string): Promise<readonly Ended[]> {
    return Promise.all(NAMES.map((name) => this.machine(name).stage(stage)));
  }

  async replaceProgram(name: Name, program: string, body: string): Promise<void> {
    await rm(this.machine(name).path(`opt/bootstrap/bin/${program}`));
    await this.machine(name).program(`opt/bootstrap/bin/${program}`, body);
  }

  /** What a machine itself shows to others. */
  async ownIdentity(name: Name, purpose: string): Promise<Identity> {
    const path = this.machine(name).path(`etc/bootstrap/pki/${purpose}`);
    const [key, certificate] = await Promise.all([readFile(`${path}.key`, 'utf8'), readFile(`${path}.crt`, 'utf8')]);
    return { key, certificate };
  }

  /** The process of each of these units. */
  processes(name: Name, units: readonly string[]): Promise<readonly string[]> {
    const notes = units.map((unit) => this.machine(name).path(`run/systemd/bootstrap-${unit}.service.main`));
    return Promise.all(notes.map((note) => readFile(note, 'utf8')));
  }

  /** What somebody hears who is on the wire, on no machine; undefined: nobody answers there. */
  async visit(url: string): Promise<string | undefined> {
    const words = [...this.#wire.inside.slice(1), 'curl', '-sf', '-m', '3', url];
    const visit = await run('nsenter', words).catch(() => undefined);
    return visit?.stdout;
  }

  /** Whoever this certificate speaks of asks; through the server of that machine, or its balancer. */
  async kubectl(who: Identity, args: readonly string[], through: Through = {}): Promise<Ended> {
    const { name = 'control-plane-1', port = API_PORT } = through;
    const machine = this.machine(name);
    const files = { key: machine.path('who.key'), certificate: machine.path('who.crt') };
    await writeFile(files.key, who.key);
    await writeFile(files.certificate, who.certificate);
    const server = ['--server', `https://127.0.0.1:${port}`, '--request-timeout', '20s'];
    const trust = ['--certificate-authority', machine.path('etc/bootstrap/pki/kubelet-ca.crt')];
    const own = ['--client-key', files.key, '--client-certificate', files.certificate];
    return machine.run(join(this.#programs, 'kubectl'), ...server, ...trust, ...own, ...args);
  }

  async until<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
    const untilMs = performance.now() + CONVERGES_MS;
    for (;;) {
      const found = await look().catch(() => undefined);
      if (found !== undefined) return found;
      if (performance.now() > untilMs) throw new Error(`Not within ${CONVERGES_MS} ms: ${what}`);
      await sleep(LOOK_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { machine, network, mailbox } of this.#places.values()) {
      await mailbox[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    }
    await this.#wire[Symbol.asyncDispose]();
  }

  #at(name: Name): Place {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`There is no ${name}.`);
    return place;
  }

  async #place(name: Name): Promise<void> {
    const network = await OwnNetwork.open();
    const port = `port${NAMES.indexOf(name)}`;
    await this.#wire.run('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', network.pid);
    await this.#wire.run('ip', 'link', 'set', port, 'master', 'wire', 'up');
    await network.run('ip', 'address', 'add', `${this.address(name)}/24`, 'dev', 'eth0');
    await network.run('ip', 'link', 'set', 'eth0', 'up');
    await network.run('ip', 'route', 'add', 'default', 'dev', 'eth0');
    const machine = await EtcdMachine.open(network.inside);
    const mailbox = await EtcdMailbox.behindDoor(machine.path('run/bootstrap/mailbox.sock'));
    this.#places.set(name, { network, machine, mailbox });
    await this.authorities.equip(machine, name, this.address(name));
    await machine.configure(this.#settings(name), 'http://nowhere');
    await machine.write('etc/bootstrap/settings', shellVariables({ FORMAT: '1', BUCKET: 'https://nowhere' }));
    for (const program of PROGRAMS) {
      await symlink(join(this.#programs, program), machine.path(`opt/bootstrap/bin/${program}`));
    }
    await useDebian(machine);
  }

  #settings(name: Name): Readonly<Record<string, string>> {
    const addresses = NAMES.map((each) => this.address(each));
    return {
      NODE: name,
      ROLE: 'control-plane',
      REGION: 'local-1',
      ZONE: 'local-1a',
      OVERLAY_ADDRESS: this.address(name),
      OVERLAY_MTU: '1420',
      OVERLAY_PORT: '51820',
      OUTSIDE_ADDRESS: '',
      POD_CIDR: `10.97.${NAMES.indexOf(name)}.0/24`,
      POD_RANGE: '10.97.0.0/16',
      SERVICE_RANGE: '10.96.0.0/16',
      DNS_ADDRESS: '10.96.0.10',
      CLUSTER_DOMAIN: 'cluster.local',
      DOMAIN: 'sites.test',
      API_NAME: 'api.test',
      API_PORT: String(API_PORT),
      CONTROL_PLANES: addresses.join(' '),
      ETCD_STATE: 'new',
      ETCD_TOKEN: 'token-of-these-tests',
      ETCD_PEERS: NAMES.map((each) => `${each}=https://${this.address(each)}:2380`).join(','),
      ETCD_PATIENCE: '60',
      ETCD_CARE_SECONDS: '86400',
      KUBERNETES_PATIENCE: '100',
    };
  }
}

/** What comes by packages; where a unit names it, too. Of the kernel nothing is changed here, and no containers run. */
async function useDebian(machine: EtcdMachine): Promise<void> {
  const [loader, ...haproxy] = (await debianPackages({ suite: 'trixie', names: ['haproxy'] })).command(
    '../sbin/haproxy',
  );
  // It starts itself anew by its name.
  const named = [loader, '--argv0', machine.path('bin/haproxy'), ...haproxy];
  await machine.program('bin/haproxy', `exec ${named.join(' ')} "$@"`);
  await machine.program('bin/nft', `exec ${(await networkProgram('nft')).join(' ')} "$@"`);
  for (const name of ['modprobe', 'sysctl', 'runc', 'ctr']) await machine.program(`bin/${name}`, 'exit 0');
  await machine.program('bin/containerd', 'exec sleep 3600');
  for (const place of ['usr/sbin', 'usr/bin']) await mkdir(machine.path(place), { recursive: true });
  await symlink(machine.path('bin/haproxy'), machine.path('usr/sbin/haproxy'));
  await symlink(machine.path('bin/containerd'), machine.path('usr/bin/containerd'));
}

interface Through {
  readonly name?: Name;
  readonly port?: number;
}
