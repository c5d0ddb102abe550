import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClusterUid } from '#engine/address.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { RootShell } from './cluster/root-shell.ts';
import type { Ground } from './ground.ts';
import { giveTo } from './household.ts';
import { lockedIn } from './node-assets.ts';
import { Workplace } from './workplace.ts';

const NAME = 'voters';
const STAGE_MS = 1_200_000;
const PKI = '/etc/bootstrap/pki';
/** As a majority knows it. Where five machines are emulated at once, everything takes long. */
const MEMBERS = `curl -sS -f -m 120 --cacert ${PKI}/etcd-ca.crt --cert ${PKI}/etcd.crt --key ${PKI}/etcd.key \\
  --data '{"linearizable":true}' https://127.0.0.1:2379/v3/cluster/member/list`;
const LAST_STAGE = 'stage-05-etcd';

/** Machines that all vote in etcd, and can be made to find one another anew. */
export class FoundedMachines implements AsyncDisposable {
  readonly nodes: readonly string[];
  readonly #place: Workplace;
  readonly #shells = new Map<string, RootShell>();

  private constructor(place: Workplace, size: number) {
    this.#place = place;
    this.nodes = Array.from({ length: size }, (_, index) => `converged-${index + 1}`);
  }

  static async create({ household, image, assets }: Ground, size: number): Promise<FoundedMachines> {
    const machines = new FoundedMachines(new Workplace(household, NAME), size);
    const { root } = machines.#place;
    await machines.#place.clear();
    await mkdir(root, { recursive: true });
    await giveTo(household, root);
    const { lock, source } = lockedIn(assets);
    const file = join(root, `${NAME}.yaml`);
    const lines = [
      `name: ${NAME}`,
      'provider: local',
      `domain: ${NAME}.localhost`,
      `image: { id: ${image} }`,
      `assets: { lock: ${lock}, source: ${source} }`,
      `nodes: { converged: { count: ${size}, machine: tiny } }`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    await machines.#place.good(['create', '-f', file, '--yes', '--plain']);
    return machines;
  }

  /** From the start of the first machine until the last one had become a voter. */
  async createdInMs(): Promise<number> {
    const all = localPlaces({ data: join(this.#place.data, 'bootstrap'), cache: '', runtime: '' });
    const [uid = ''] = await readdir(all.clusters);
    const { machines, mailboxes } = all.of(parseClusterUid(uid));
    const boxes = await readdir(machines);
    const began = await Promise.all(boxes.map((box) => changedMs(join(machines, box, 'qemu.pid'))));
    const ended = await Promise.all(boxes.map((box) => changedMs(join(mailboxes, box, LAST_STAGE))));
    return Math.max(...ended) - Math.min(...began);
  }

  /**
   * All forget etcd, then all begin at once with its stage: the first so many of them found, and the others, who wait for
   * their turn by themselves, join. Resolves when all vote with how long it took.
   */
  async foundAgainMs(founders: number): Promise<number> {
    const urls = await Promise.all(this.nodes.map((node) => this.#peerOf(node)));
    const founding = urls.slice(0, founders).join(',');
    await Promise.all(
      this.nodes.map((node, place) =>
        this.#on(
          node,
          forgetting(
            place < founders ? { state: 'new', peers: founding } : { state: 'existing', peers: urls.join(',') },
          ),
        ),
      ),
    );
    const startMs = performance.now();
    await Promise.all(this.nodes.map((node) => this.#on(node, VOTE)));
    const tookMs = performance.now() - startMs;
    const members = await this.#on(this.nodes[0] ?? '', MEMBERS);
    const names = members.match(/"name":/g)?.length;
    if (names !== this.nodes.length || members.includes('isLearner')) throw new Error(`Not all vote:\n${members}`);
    return tookMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const shell of this.#shells.values()) shell.close();
    await this.#place.good(['delete', NAME, '--yes', '--plain']);
  }

  async #peerOf(node: string): Promise<string> {
    const address = await this.#on(node, '. /etc/bootstrap/node.env && echo "$OVERLAY_ADDRESS"');
    return `${node}=https://${address.trim()}:2380`;
  }

  async #on(node: string, script: string): Promise<string> {
    const shell = this.#shells.get(node) ?? new RootShell(this.#place, NAME, node);
    this.#shells.set(node, shell);
    const { code, output } = await shell.ask(script, STAGE_MS);
    if (code !== 0) throw new Error(`On ${node} this ended with ${code}:\n${script}\n${output}`);
    return output;
  }
}

interface Seat {
  readonly state: 'new' | 'existing';
  readonly peers: string;
}

function forgetting({ state, peers }: Seat): string {
  return `systemctl stop bootstrap-etcd-care.service bootstrap-etcd.service
cd /var/lib/bootstrap
rm -rf etcd/member etcd-founded etcd-joining
sed -i '/^ETCD_STATE=/d; /^ETCD_PEERS=/d' /etc/bootstrap/node.env
printf "ETCD_STATE=%s\\nETCD_PEERS='%s'\\n" '${state}' '${peers}' >>/etc/bootstrap/node.env`;
}

/** Seat and vote, as its agent does it. */
const VOTE = 'cd /opt/bootstrap/node && ./run-stage seat && ./run-stage etcd';

async function changedMs(path: string): Promise<number> {
  return (await stat(path)).mtimeMs;
}
