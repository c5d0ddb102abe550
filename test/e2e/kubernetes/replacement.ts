import { expect, test } from 'vitest';
import { type Counts, type KubernetesCluster, NAME } from '../kubernetes-cluster.ts';
import { nodesOf } from './founding.ts';

const VICTIM = 'converged-2';
const WRITES_LEAST = 5;

/** Writes one object after the other, and keeps count of what was refused. */
class Writer {
  readonly written: string[] = [];
  refused = 0;
  readonly #cluster: KubernetesCluster;
  #isOver = false;
  #running: Promise<void> | undefined;

  constructor(cluster: KubernetesCluster) {
    this.#cluster = cluster;
  }

  start(): void {
    this.#running = this.#write();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #write(): Promise<void> {
    for (let number = 0; !this.#isOver; number += 1) {
      const name = `canary-${number}`;
      const { code } = await this.#cluster.kubectl('create', 'configmap', name, '--request-timeout=60s');
      if (code === 0) this.written.push(name);
      else this.refused += 1;
    }
  }
}

export function replacementChecks(cluster: KubernetesCluster, counts: Counts): void {
  test('gets another machine for a control plane that has died, and is written to meanwhile', async () => {
    const writer = new Writer(cluster);
    writer.start();
    process.kill(await cluster.machineOf(VICTIM), 'SIGKILL');
    const end = await cluster.place.good(['apply', NAME, '--plain']);
    cluster.tell(`apply after ${VICTIM} was killed`, end.tookMs);
    await writer.stop();
    cluster.figures.push(`writes meanwhile: ${writer.written.length} kept, ${writer.refused} refused`);
    expect(writer.written.length).toBeGreaterThanOrEqual(WRITES_LEAST);
    const kept = (await cluster.said('get', 'configmaps', '-o', 'name')).split('\n');
    expect(writer.written.filter((name) => !kept.includes(`configmap/${name}`))).toEqual([]);
    await cluster.until(async () => {
      const ready = await cluster.readyNodes();
      return nodesOf(counts).find((node) => !ready.includes(node));
    });
    await cluster.place.good(['plan', NAME]);
  });
}
