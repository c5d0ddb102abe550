import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { z } from 'zod';
import { eventually } from '../machines/cluster/shared-cluster.ts';
import { giveTo } from '../machines/household.ts';
import { lockedIn } from '../machines/node-assets.ts';
import { type End, Workplace } from '../machines/workplace.ts';

export const NAME = 'kube';
/** Those that its file opens: on every node, and of a balanced service. */
export const NODE_PORT = 30_080;
export const PUBLIC_PORT = 8_000;
const PATIENCE_MS = 900_000;
const ANSWER_MS = 20_000;

const Condition = z.looseObject({ type: z.string(), status: z.string() });
const Nodes = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      status: z.looseObject({ conditions: z.array(Condition).default([]) }),
    }),
  ),
});

const Outputs = z.record(z.string(), z.string());

export interface Counts {
  readonly controlPlanes: number;
  readonly workers: number;
}

/** One set of machines for everything that is looked at, each on what the one before has left. */
export class KubernetesCluster {
  readonly place = new Workplace(inject('household'), NAME);
  /** What is told when all is over. */
  readonly figures: string[] = [];

  get file(): string {
    return join(this.place.root, `${NAME}.yaml`);
  }

  async prepare(counts: Counts): Promise<void> {
    await this.place.clear();
    await mkdir(this.place.root, { recursive: true });
    await this.wants(counts);
    await giveTo(inject('household'), this.place.root);
  }

  /** Writes the file of the cluster. */
  async wants({ controlPlanes, workers }: Counts, assets = inject('assets')): Promise<void> {
    const { lock, source } = lockedIn(assets);
    const lines = [
      `name: ${NAME}`,
      'provider: local',
      `domain: ${NAME}.localhost`,
      `image: { id: ${inject('image')} }`,
      `assets: { lock: ${lock}, source: ${source} }`,
      `network: { open: [{ port: ${NODE_PORT} }, { port: ${PUBLIC_PORT} }] }`,
      'nodes:',
      `  converged: { count: ${controlPlanes}, machine: medium }`,
      `  worker: { count: ${workers}, machine: small }`,
    ];
    await writeFile(this.file, `${lines.join('\n')}\n`);
  }

  /** What is heard on the workstation at the port that leads to that one of the machines. */
  async heardAt(port: number): Promise<string> {
    const { output } = await this.place.good(['outputs', NAME, '--json']);
    const place = Outputs.parse(JSON.parse(output))[`port ${port}`];
    if (place === undefined) throw new Error(`Nothing leads to port ${port}: ${output}`);
    const answer = await fetch(`http://${place}/`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return answer.text();
  }

  tell(what: string, ms: number): void {
    this.figures.push(`${what}: ${(ms / 1_000).toFixed(0)} s`);
  }

  kubectl(...words: readonly string[]): Promise<End> {
    return this.place.run(['kubectl', NAME, '--', ...words]);
  }

  /** One that has to end well. */
  async said(...words: readonly string[]): Promise<string> {
    const { code, output } = await this.kubectl(...words);
    if (code === 0) return output;
    throw new Error(`kubectl ${words.join(' ')} ended with ${code}:\n${output}`);
  }

  async apply(name: string, manifest: object): Promise<void> {
    const file = join(this.place.root, `${name}.json`);
    await writeFile(file, JSON.stringify(manifest));
    await giveTo(inject('household'), file);
    await this.said('apply', '--validate=strict', '-f', file);
  }

  async readyNodes(): Promise<readonly string[]> {
    const { items } = Nodes.parse(JSON.parse(await this.said('get', 'nodes', '-o', 'json')));
    return items
      .filter(({ status }) => status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
      .map(({ metadata }) => metadata.name)
      .toSorted();
  }

  /** The process of a node's machine, by the line that it was started with. */
  async machineOf(node: string): Promise<number> {
    const found = (await this.place.processes()).find(
      ({ command }) => command[0]?.includes('qemu-system') === true && command.some((word) => word.includes(node)),
    );
    if (found === undefined) throw new Error(`The machine of ${node} does not run.`);
    return found.pid;
  }

  until(missing: () => Promise<string | undefined>): Promise<void> {
    return eventually(PATIENCE_MS, missing);
  }
}
