import { z } from 'zod';
import { sectionsOf } from '#cloud-init/look-script.ts';
import { problem } from '#engine/problem.ts';
import { type EtcdMember, etcdStatus } from './etcd-status.ts';
import { type Asking, askNodes } from './every-node.ts';

export interface EtcdSnapshot {
  readonly path: string;
  readonly node: string;
  readonly revision: number;
  readonly keys: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Taking one of 8 GiB, and bringing it here. */
const DEADLINE_MS = 1_800_000;

/** All that etcd holds, taken now and brought to a new file of this workstation: every byte of it as it left the machine. */
export async function etcdSnapshot(asking: Asking, path: string, signal: AbortSignal): Promise<EtcdSnapshot> {
  const { disk } = await asking.ports.workshop();
  if ((await disk.size(path)) !== undefined) {
    throw problem('etcd.snapshot-failed', { detail: `${path} is there already; nothing is put in its place.` });
  }
  const { members } = await etcdStatus(asking, signal);
  const node = sourceOf(members, asking.machines.nodes);
  const draft = `${path}.part`;
  await disk.removeTree(draft);
  try {
    const snapshot = { node, path, ...(await bring(asking, { node, draft }, signal)) };
    await disk.rename(draft, path);
    return snapshot;
  } finally {
    await disk.removeTree(draft);
  }
}

const HAS_ALL: ReadonlySet<EtcdMember['health']> = new Set(['healthy', 'alarm']);

/** A follower, if there is one: the leader has enough to do. */
function sourceOf(members: readonly EtcdMember[], nodes: readonly string[]): string {
  const fit = members.filter(({ name, is, health }) => HAS_ALL.has(health) && is !== 'learner' && nodes.includes(name));
  const source = fit.find(({ is }) => is === 'voter') ?? fit[0];
  if (source !== undefined) return source.name;
  throw problem('etcd.snapshot-failed', { detail: 'No member of it is healthy on a machine that answers.' });
}

const Status = z.object({ revision: z.number(), totalKey: z.number(), totalSize: z.number() });
const DIGEST = /^[0-9a-f]{64}(?= )/;

async function bring(
  asking: Asking,
  { node, draft }: { readonly node: string; readonly draft: string },
  signal: AbortSignal,
): Promise<Omit<EtcdSnapshot, 'node' | 'path'>> {
  const question = { look: 'etcd-snapshot', nodes: [node], deadlineMs: DEADLINE_MS, output: draft } as const;
  const { heard, silent } = await askNodes(asking, question, signal);
  const [answer] = heard;
  if (answer === undefined)
    throw problem('etcd.snapshot-failed', { detail: `${node}: ${silent[0]?.problem.detail ?? ''}` });
  const said = sectionsOf(answer.beside);
  const status = Status.safeParse(parseJson(said.get('status') ?? ''));
  const sha256 = DIGEST.exec(said.get('file') ?? '')?.[0];
  if (!status.success || sha256 === undefined) {
    throw problem('etcd.snapshot-failed', { detail: `What ${node} said of it cannot be read.` });
  }
  const { disk } = await asking.ports.workshop();
  if ((await disk.digest(draft, 'sha256', signal)) !== sha256) {
    throw problem('etcd.snapshot-failed', { detail: `What came is not what ${node} has sent.` });
  }
  const { revision, totalKey: keys } = status.data;
  return { revision, keys, sizeBytes: (await disk.size(draft)) ?? 0, sha256 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
