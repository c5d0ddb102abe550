import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { z } from 'zod';
import { parseClusterUid } from '#engine/address.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { giveTo } from '../household.ts';
import { lockedIn } from '../node-assets.ts';
import { Workplace } from '../workplace.ts';
import { RootShell, type Said } from './root-shell.ts';
import { TOPOLOGY } from './topology.ts';

export const NAME = 'dev';
export const CONTROL_PLANES = TOPOLOGY.controlPlanes;
export const NODES: readonly string[] = [...CONTROL_PLANES, ...TOPOLOGY.others];

/** Whoever looks is work for the machines, too: to shake hands with etcd takes an emulated one seconds. */
const LOOK_MS = 10_000;
const KNOCK_MS = 15_000;
const Report = z.looseObject({ stage: z.string(), tookMs: z.number() });
const Description = z.looseObject({ title: z.string() });

export interface ReportedStage {
  readonly node: string;
  readonly stage: string;
  readonly tookMs: number;
}

/** One set of machines for all checks that need several: each of them goes on where the one before has left it. */
export class SharedCluster {
  readonly place = new Workplace(inject('household'), 'life');
  /** What is told when all is over. */
  readonly figures: string[] = [];
  readonly #shells = new Map<string, RootShell>();
  readonly #asked = new Map<string, Promise<unknown>>();

  get file(): string {
    return join(this.place.root, `${NAME}.yaml`);
  }

  async prepare(): Promise<void> {
    await this.place.clear();
    await mkdir(this.place.root, { recursive: true });
    await giveTo(inject('household'), this.place.root);
    const { lock, source } = lockedIn(inject('assets'));
    const lines = [
      `name: ${NAME}`,
      'provider: local',
      `domain: ${NAME}.localhost`,
      `image: { id: ${inject('image')} }`,
      `assets: { lock: ${lock}, source: ${source} }`,
      'nodes:',
      ...TOPOLOGY.nodes,
    ];
    await writeFile(this.file, `${lines.join('\n')}\n`);
  }

  tell(what: string, ms: number): void {
    this.figures.push(`${what}: ${(ms / 1_000).toFixed(0)} s`);
  }

  /** What a script of root says on a machine. */
  async on(node: string, script: string): Promise<string> {
    const { code, output } = await this.tryOn(node, script);
    if (code === 0) return output;
    throw new Error(`On ${node} this ended with ${code}:\n${script}\n${output}`);
  }

  async tryOn(node: string, script: string): Promise<Said> {
    const before = this.#asked.get(node) ?? Promise.resolve();
    const answer = before.then(() => this.#shellOf(node).ask(script));
    this.#asked.set(node, answer);
    return answer;
  }

  /** Whoever has gone in goes out. */
  leave(): void {
    for (const shell of this.#shells.values()) shell.close();
    this.#shells.clear();
  }

  #shellOf(node: string): RootShell {
    const open = this.#shells.get(node);
    if (open?.isOpen === true) return open;
    const shell = new RootShell(this.place, NAME, node);
    this.#shells.set(node, shell);
    return shell;
  }

  /** On each of these at one time; in their order. */
  everywhere<T>(nodes: readonly string[], act: (node: string) => Promise<T>): Promise<readonly T[]> {
    return Promise.all(nodes.map(act));
  }

  /** Waits until it lets somebody in, who then stays. */
  answering(node: string, patienceMs: number): Promise<void> {
    const knock = async (): Promise<string | undefined> => {
      const { code, output } = await this.tryOn(node, 'true');
      return code === 0 ? undefined : `${node} does not answer:\n${output}`;
    };
    return eventually(patienceMs, knock, KNOCK_MS);
  }

  /** By the line that its process was started with. */
  async machineOf(node: string): Promise<number> {
    const found = (await this.machines()).find(({ command }) => command.some((word) => word.includes(node)));
    if (found === undefined) throw new Error(`The machine of ${node} does not run.`);
    return found.pid;
  }

  async machines(): Promise<Awaited<ReturnType<Workplace['processes']>>> {
    return (await this.place.processes()).filter(({ command }) => command[0]?.includes('qemu-system'));
  }

  /** Where the workstation keeps what is of this cluster. */
  async places(): Promise<ReturnType<ReturnType<typeof localPlaces>['of']> & { readonly uid: string }> {
    const roots = { data: join(this.place.data, 'bootstrap'), cache: '', runtime: join(this.place.root, 'run') };
    const all = localPlaces(roots);
    const [uid = '', ...others] = await readdir(all.clusters);
    if (others.length > 0) throw new Error(`There is more than one cluster: ${[uid, ...others].join(', ')}.`);
    return { ...all.of(parseClusterUid(uid)), uid };
  }

  /** Every letter of every machine: `<box>/<letter>`. */
  async letters(): Promise<readonly string[]> {
    const { mailboxes } = await this.places();
    const found = await readdir(mailboxes, { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(mailboxes.length + 1))
      .toSorted();
  }

  async stages(): Promise<readonly ReportedStage[]> {
    const { mailboxes } = await this.places();
    const letters = (await this.letters()).filter((letter) => letter.includes('/stage-'));
    return Promise.all(
      letters.map(async (letter) => {
        const [box = ''] = letter.split('/');
        const report = Report.parse(JSON.parse(await readFile(join(mailboxes, letter), 'utf8')));
        return { node: await this.#nodeOf(box), ...report };
      }),
    );
  }

  /** How often the console of each machine has said this since the machine is there; to read it costs the machine nothing. */
  async timesSaid(words: string): Promise<ReadonlyMap<string, number>> {
    const { machines } = await this.places();
    const counts = (await readdir(machines)).map(async (box) => {
      const text = await readFile(join(machines, box, 'serial.log'), 'utf8');
      return [await this.#nodeOf(box), text.split(words).length - 1] as const;
    });
    return new Map(await Promise.all(counts));
  }

  async #nodeOf(box: string): Promise<string> {
    const { machines } = await this.places();
    const { title } = Description.parse(JSON.parse(await readFile(join(machines, box, 'machine.json'), 'utf8')));
    return NODES.find((name) => title.includes(name)) ?? title;
  }
}

/** Looks again and again until nothing is missing any more. */
export async function eventually(
  patienceMs: number,
  missing: () => Promise<string | undefined>,
  lookMs: number = LOOK_MS,
): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const what = await missing();
    if (what === undefined) return;
    if (performance.now() > untilMs) throw new Error(`Still after ${(patienceMs / 1_000).toFixed(0)} s: ${what}`);
    await sleep(lookMs);
  }
}
