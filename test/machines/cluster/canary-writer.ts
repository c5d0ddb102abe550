import { ASK_ETCD, etcdctl, LOCAL_ETCD } from './etcd-view.ts';
import type { SharedCluster } from './shared-cluster.ts';

const LOG = '/run/canary.log';
const PAUSE_S = 1;
const PATIENCE_S = 3;

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
    const entry = '{\\"key\\":\\"$key\\",\\"value\\":\\"$key\\"}';
    const put = `${ASK_ETCD} -m ${PATIENCE_S} --data "${entry}" ${LOCAL_ETCD}/v3/kv/put 2>/dev/null`;
    const script = [
      'n=0',
      'while :; do',
      'n=$((n + 1))',
      `key=$(printf %s ${prefix}$n | base64 -w 0)`,
      `if ${put} | grep -q revision; then end=kept; else end=refused; fi`,
      `echo "$(cut -d " " -f 1 /proc/uptime) $end $n" >> ${LOG}`,
      `sleep ${PAUSE_S}`,
      'done',
    ].join('\n');
    const start = `rm -f ${LOG}; cat > /run/canary.sh <<'END'\n${script}\nEND\nsystemd-run --quiet --collect --unit=canary sh /run/canary.sh`;
    await cluster.on(node, start);
    return new CanaryWriter(cluster, node, prefix);
  }

  /** By the clock of its machine. */
  async nowS(): Promise<number> {
    return Number((await this.#cluster.on(this.#node, 'cut -d " " -f 1 /proc/uptime')).trim());
  }

  async stop(): Promise<Written> {
    const text = await this.#cluster.on(this.#node, `systemctl stop canary; cut -d " " -f 1 /proc/uptime; cat ${LOG}`);
    const [end = '', ...lines] = text.trim().split('\n');
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
  const keys = await etcdctl(cluster, through, 'get canary/ --prefix --keys-only');
  const there = new Set(keys.split('\n'));
  return kept.filter((key) => !there.has(key));
}
