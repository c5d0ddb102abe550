import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { keysUnder } from './etcd-view.ts';
import type { SharedCluster } from './shared-cluster.ts';

/** One process for all of them: to start a program for each would be more work than the machine has time for. */
const SCRIPT = fileURLToPath(new URL('canary.py', import.meta.url));
const LOG = '/run/canary.log';

export interface Written {
  /** Keys that etcd has said it keeps, in their order. */
  readonly kept: readonly string[];
  readonly refused: number;
  /** Seconds of the machine's own clock since its start, for each that was kept. */
  readonly keptAtS: readonly number[];
  /** The longest that no write went through. */
  readonly gapS: number;
}

/** Writes one key after the other through the member of a machine, and notes there what became of each. */
export class CanaryWriter {
  readonly #cluster: SharedCluster;
  readonly #node: string;
  readonly #prefix: string;

  private constructor(cluster: SharedCluster, node: string, prefix: string) {
    this.#cluster = cluster;
    this.#node = node;
    this.#prefix = prefix;
  }

  static async start(cluster: SharedCluster, node: string, title: string): Promise<CanaryWriter> {
    const prefix = `canary/${title}/${node}/`;
    const script = await readFile(SCRIPT, 'utf8');
    const run = `exec python3 -B /run/canary.py ${prefix} >>${LOG}`;
    const start = `rm -f ${LOG}; cat > /run/canary.py <<'END'\n${script}\nEND\nsystemd-run --quiet --collect --unit=canary sh -c '${run}'`;
    await cluster.on(node, start);
    return new CanaryWriter(cluster, node, prefix);
  }

  /** By the clock of its machine. */
  async nowS(): Promise<number> {
    return Number((await this.#cluster.on(this.#node, 'cut -d " " -f 1 /proc/uptime')).trim());
  }

  async stop(): Promise<Written> {
    const text = await this.#cluster.on(this.#node, `systemctl stop canary; cut -d " " -f 1 /proc/uptime; cat ${LOG}`);
    // A way in that is opened anew for this has something to say of its own.
    const [end = '', ...lines] = text.split('\n').filter((line) => /^\d+\.\d/.test(line));
    const tries = lines.map((line) => line.split(' '));
    const kept = tries.filter(([, verdict]) => verdict === 'kept');
    const keptAtS = kept.map(([atS]) => Number(atS));
    const moments = [Number(tries[0]?.[0] ?? end), ...keptAtS, Number(end)];
    const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment));
    return {
      kept: kept.map(([, , n]) => `${this.#prefix}${n}`),
      refused: tries.length - kept.length,
      keptAtS,
      gapS: Math.max(...gaps),
    };
  }
}

/** Of these keys, those that are not there when one asks through the member of a node. */
export async function lost(
  cluster: SharedCluster,
  through: string,
  kept: readonly string[],
): Promise<readonly string[]> {
  const there = new Set(await keysUnder(cluster, through, 'canary/'));
  return kept.filter((key) => !there.has(key));
}
