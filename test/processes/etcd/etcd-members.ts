import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EtcdAuthority } from './etcd-authority.ts';
import { EtcdMachine, type Ended } from './etcd-machine.ts';
import { EtcdMailbox } from './etcd-mailbox.ts';

const LOOK_MS = 100;
const CONVERGES_MS = 60_000;
const TOKEN = 'token-of-these-tests';

const MemberList = z.object({
  members: z.array(
    z.object({
      name: z.string().default(''),
      peerURLs: z.array(z.string()),
      isLearner: z.boolean().default(false),
    }),
  ),
});

const Statuses = z.array(
  z.object({
    Endpoint: z.string(),
    Status: z.object({
      header: z.object({ revision: z.number() }),
      leader: z.number(),
      raftTerm: z.number(),
      dbSize: z.number(),
    }),
  }),
);

/** Several machines that are to be one cluster of etcd, on loopback addresses of their own: `127.0.<net>.<number>`. */
export class EtcdMembers implements AsyncDisposable {
  readonly authority: EtcdAuthority;
  readonly mailbox: EtcdMailbox;
  readonly #net: number;
  readonly #machines = new Map<string, EtcdMachine>();

  private constructor(net: number, authority: EtcdAuthority, mailbox: EtcdMailbox) {
    this.#net = net;
    this.authority = authority;
    this.mailbox = mailbox;
  }

  static async open(net: number): Promise<EtcdMembers> {
    return new EtcdMembers(net, await EtcdAuthority.open(), await EtcdMailbox.open());
  }

  get names(): readonly string[] {
    return [...this.#machines.keys()];
  }

  machine(name: string): EtcdMachine {
    const machine = this.#machines.get(name);
    if (machine === undefined) throw new Error(`There is no machine ${name}.`);
    return machine;
  }

  address(name: string): string {
    return `127.0.${this.#net}.${/\d+$/.exec(name)?.[0] ?? ''}`;
  }

  clientUrl(name: string): string {
    return `https://${this.address(name)}:2379`;
  }

  metricsUrl(name: string): string {
    return `http://${this.#loopback(name)}:2381/metrics`;
  }

  /** A machine that is told to be one of these members. */
  async add(name: string, state: 'new' | 'existing', members: readonly string[]): Promise<EtcdMachine> {
    const machine = this.#machines.get(name) ?? (await EtcdMachine.open());
    this.#machines.set(name, machine);
    const addresses = [this.address(name), this.#loopback(name)];
    await this.authority.issue(machine.path('etc/bootstrap/pki'), { name, addresses });
    const settings = {
      NODE: name,
      OVERLAY_ADDRESS: this.address(name),
      ETCD_LOOPBACK: this.#loopback(name),
      ETCD_STATE: state,
      ETCD_TOKEN: TOKEN,
      ETCD_PEERS: members.map((other) => `${other}=https://${this.address(other)}:2380`).join(','),
      ETCD_PATIENCE: '60',
      // Its rounds come when a test wants them.
      ETCD_CARE_SECONDS: '86400',
      ETCD_NEVER_STARTED_ROUNDS: '3',
      ETCD_DEFRAGMENT_BYTES: String(DEFRAGMENT_BYTES),
      ETCD_QUOTA_BYTES: String(QUOTA_BYTES),
    };
    await machine.configure(settings, `${this.mailbox.url}/${name}`);
    return machine;
  }

  /** All at once, as machines boot. */
  async found(names: readonly string[]): Promise<readonly Ended[]> {
    for (const name of names) await this.add(name, 'new', names);
    return Promise.all(names.map((name) => this.machine(name).vote()));
  }

  /** The same name on an empty disk. */
  async replace(name: string): Promise<EtcdMachine> {
    await this.machine(name).wipe();
    return this.add(name, 'existing', this.names);
  }

  /** Such as `control-plane-1 voter`, as the member on this machine has it with a majority behind it; sorted. */
  async list(through: string): Promise<readonly string[]> {
    const { members } = MemberList.parse(await this.#json(through, 'member', 'list'));
    return members
      .map(({ name, peerURLs, isLearner }) => `${name || peerURLs.join()} ${isLearner ? 'learner' : 'voter'}`)
      .toSorted();
  }

  async leader(): Promise<string> {
    for (const name of this.names) {
      const metrics = await fetch(this.metricsUrl(name)).then(
        (answer) => answer.text(),
        () => '',
      );
      if (metrics.includes('\netcd_server_is_leader 1\n')) return name;
    }
    throw new Error('Nobody leads.');
  }

  async status(name: string): Promise<z.output<typeof Statuses>[number]['Status']> {
    const [status] = Statuses.parse(await this.#json(name, 'endpoint', 'status'));
    if (status === undefined) throw new Error(`${name} has no status.`);
    return status.Status;
  }

  async put(through: string, key: string, value: string): Promise<void> {
    good(await this.machine(through).etcdctl('put', key, value));
  }

  /** With a majority behind it. */
  async get(through: string, key: string): Promise<string> {
    return good(await this.machine(through).etcdctl('get', '--print-value-only', key)).trimEnd();
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

  /** As its mailbox shows it, and confirmed a moment ago: what the node's own script for peers leaves behind. */
  async showPeers(on: string, names: readonly string[], seats: readonly string[] = names): Promise<void> {
    const peers = names.map((node) => ({ node, overlayAddress: this.address(node) }));
    await this.machine(on).write('var/lib/bootstrap/peers.json', JSON.stringify({ format: 1, peers, seats }));
    await this.machine(on).write('run/bootstrap/peers-confirmed', '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine[Symbol.asyncDispose]()));
    await this.mailbox[Symbol.asyncDispose]();
    await this.authority[Symbol.asyncDispose]();
  }

  #loopback(name: string): string {
    return this.address(name).replace('127.0.', '127.1.');
  }

  async #json(through: string, ...words: readonly string[]): Promise<unknown> {
    return JSON.parse(good(await this.machine(through).etcdctl('--write-out=json', ...words)).split('\n', 1)[0] ?? '');
  }
}

/** So little that a test can waste it. */
export const DEFRAGMENT_BYTES = 2 ** 20;
/** So little that a test can use it up. */
export const QUOTA_BYTES = 4 * 2 ** 20;

export function good({ code, output }: Ended): string {
  if (code !== 0) throw new Error(`It ended with code ${code}:\n${output}`);
  return output;
}
