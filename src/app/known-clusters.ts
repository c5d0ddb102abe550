import { z } from 'zod';
import { WEATHERS } from '#config/written-file.ts';
import { isClusterUid } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import { askSettled, swapSettled } from '#state/conditional-write.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import type { Stored } from '#state/object-store.ts';
import { isFileError } from '#std/files.ts';
import { nonce } from '#std/random.ts';
import { PROVIDERS } from './provider-names.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';

const FORMAT = 1;
const KEY = 'cluster.json';
const PATIENCE_MS = 10_000;
const CHANGES_MAX = 16;

const KnownCluster = z.strictObject({
  format: z.literal(FORMAT),
  nonce: z.string(),
  name: z.string(),
  provider: z.enum(PROVIDERS),
  region: z.string(),
  uid: z.string().refine(isClusterUid),
  /** Tells the store of its state on this workstation from every other place. */
  place: z.string(),
  /** Made elsewhere: this workstation has no state of its own to begin. */
  isAttached: z.boolean(),
  isDeleted: z.boolean(),
  simulator: z
    .strictObject({
      account: z.string(),
      seed: z.int(),
      /** Without one the account keeps the one it has. */
      speed: z.number().optional(),
      weather: z.enum(WEATHERS).optional(),
    })
    .optional(),
  /** Machines of this workstation. */
  local: z.strictObject({ offline: z.boolean() }).optional(),
  /** Of the cluster file when it was last equal here and in the state. */
  fileSha256: z.string().optional(),
});
export type KnownCluster = Readonly<Omit<z.output<typeof KnownCluster>, 'format' | 'nonce'>>;

export type NewCluster = Pick<
  KnownCluster,
  'name' | 'provider' | 'region' | 'uid' | 'isAttached' | 'simulator' | 'local'
>;

/** The clusters this workstation knows: little more than where their state is to be looked for. */
export class KnownClusters {
  readonly #ports: AppPorts;
  readonly #places: Places;

  constructor(ports: AppPorts, places: Places) {
    this.#ports = ports;
    this.#places = places;
  }

  async list(): Promise<readonly KnownCluster[]> {
    const known = await Promise.all((await this.#names()).map((name) => this.find(name)));
    return known.filter((cluster) => cluster !== undefined);
  }

  async find(name: string): Promise<KnownCluster | undefined> {
    return (await this.#read(name)).cluster;
  }

  async get(name: string): Promise<KnownCluster> {
    const found = await this.find(name);
    if (found !== undefined) return found;
    const names = await this.#names();
    const others = names.length === 0 ? 'no cluster at all' : names.join(', ');
    throw problem('cluster.unknown', { detail: `This workstation does not know ${name}; it knows ${others}.` });
  }

  /** Takes the name, unless a living cluster has it: then that one is returned. */
  async begin(cluster: NewCluster): Promise<{ readonly cluster: KnownCluster; readonly isNew: boolean }> {
    const place = Buffer.from(this.#ports.random.bytes(8)).toString('hex');
    const begun: KnownCluster = { ...cluster, place, isDeleted: false };
    const kept = await this.#change(cluster.name, (known) => (known?.isDeleted === false ? known : begun));
    return { cluster: kept, isNew: kept === begun };
  }

  update(name: string, change: Partial<KnownCluster>): Promise<KnownCluster> {
    return this.#change(name, (known) => {
      if (known === undefined) throw problem('cluster.unknown', { detail: `${name} is not known any more.` });
      return { ...known, ...change };
    });
  }

  async #change(name: string, change: (known: KnownCluster | undefined) => KnownCluster): Promise<KnownCluster> {
    const { clock, random } = this.#ports;
    for (let round = 0; round < CHANGES_MAX; round += 1) {
      const { cluster, stored } = await this.#read(name);
      const changed = change(cluster);
      if (changed === cluster) return changed;
      const body = JSON.stringify({ format: FORMAT, nonce: nonce(random), ...changed });
      const swap = { key: KEY, body, expected: stored?.tag };
      const result = await swapSettled({ objects: this.#store(name), clock, random }, swap, this.#patience());
      if (result.written) return changed;
    }
    throw problem('state.unavailable', { detail: `Others keep writing ${this.#places.of(name).known}.` });
  }

  async #read(name: string): Promise<{ readonly cluster?: KnownCluster; readonly stored?: Stored | undefined }> {
    const { clock, random } = this.#ports;
    const objects = this.#store(name);
    const stored = await askSettled({ objects, clock, random }, () => objects.readRegister(KEY), this.#patience());
    if (stored === undefined) return {};
    const parsed = KnownCluster.safeParse(JSON.parse(stored.body));
    if (!parsed.success) throw problem('state.corrupt', { detail: `${objects.location}/${KEY} is not as expected.` });
    const { format: _format, nonce: _nonce, ...cluster } = parsed.data;
    return { cluster, stored };
  }

  async #names(): Promise<readonly string[]> {
    try {
      const entries = await this.#ports.files.list(this.#places.clusters);
      return entries.flatMap(({ name, isDirectory }) => (isDirectory ? [name] : [])).toSorted();
    } catch (error) {
      if (isFileError(error, 'absent')) return [];
      throw error;
    }
  }

  #store(name: string): DirectoryStore {
    const { files, random } = this.#ports;
    return new DirectoryStore({ root: this.#places.of(name).known, files, random });
  }

  #patience() {
    const deadlineMs = this.#ports.clock.monotonicMs() + PATIENCE_MS;
    return { deadlineMs: () => deadlineMs };
  }
}
