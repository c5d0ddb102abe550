import { problem } from '#engine/problem.ts';
import { nonce } from '#std/random.ts';
import { mapLimit } from '#std/map-limit.ts';
import { type EtcdStatus, etcdStatus } from './etcd-status.ts';
import { type Answers, type Asking, askNodes, sendFile } from './every-node.ts';

export interface RestoreRequest {
  /** A snapshot. */
  readonly from: string;
  /** Hears of each step. */
  readonly tell: (step: string) => void;
}

/** Where the script looks for it. */
const SNAPSHOT = '/var/lib/bootstrap/etcd-restore.db';
const AT_ONCE = 4;
/** Making data of 8 GiB, and then a quorum, on machines that are emulated. */
const STEP_MS = 600_000;

/**
 * Makes etcd on all of its machines what a snapshot holds. Until all have prepared themselves nothing is disturbed; from
 * then on each step is done by all before the next, and what was begun is gone on with by doing it again.
 */
export async function etcdRestore(
  asking: Asking,
  { from, tell }: RestoreRequest,
  signal: AbortSignal,
): Promise<EtcdStatus> {
  const { disk } = await asking.ports.workshop();
  if ((await disk.size(from)) === undefined) throw refusal(`There is no ${from}.`);
  tell('asking who has etcd');
  const members = await membersOf(asking, signal);
  const nodes = members.map(({ node }) => node);
  const all = (...args: readonly string[]) => step(asking, { nodes, args }, signal);
  tell(`bringing the snapshot to ${nodes.join(', ')}`);
  try {
    await mapLimit(nodes, AT_ONCE, (node) => sendFile(asking, { node, file: from, to: SNAPSHOT }, signal));
    const peers = members.map(({ name, address }) => `${name}=https://${address}:2380`).join(',');
    await all('prepare', `restored-${nonce(asking.ports.random)}`, peers);
  } catch (error) {
    await askNodes(asking, { look: 'etcd-restore', nodes, args: ['forget'] }, signal);
    throw error;
  }
  tell('stopping etcd');
  await all('stop').catch(async (error: unknown) => {
    // With what it held: nothing has been swapped yet.
    await askNodes(asking, { look: 'etcd-restore', nodes, args: ['start'], deadlineMs: STEP_MS }, signal);
    throw error;
  });
  tell('putting the restored data in its place');
  await all('swap');
  tell('starting etcd');
  await all('start');
  return etcdStatus(asking, signal);
}

interface RestoredMember {
  readonly node: string;
  readonly name: string;
  readonly address: string;
}

const MEMBER = /^([a-z0-9-]+) ([0-9.]+)$/;

/** One that is not asked could come back with data of another time. */
async function membersOf(asking: Asking, signal: AbortSignal): Promise<readonly RestoredMember[]> {
  const question = { look: 'etcd-restore', nodes: [], args: ['who'] } as const;
  const { heard } = allHeard(await askNodes(asking, question, signal));
  const members = heard.flatMap(({ node, sections }): readonly RestoredMember[] => {
    const [, name, address] = MEMBER.exec(sections.get('member') ?? '') ?? [];
    return name === undefined || address === undefined ? [] : [{ node, name, address }];
  });
  if (members.length === 0) throw refusal('No machine of the cluster has etcd.');
  return members;
}

async function step(
  asking: Asking,
  { nodes, args }: { readonly nodes: readonly string[]; readonly args: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  allHeard(await askNodes(asking, { look: 'etcd-restore', nodes, args, deadlineMs: STEP_MS }, signal));
}

function allHeard(answers: Answers): Answers {
  if (answers.silent.length === 0) return answers;
  throw refusal(answers.silent.map(({ node, problem: { detail } }) => `${node}: ${detail}`).join('\n'));
}

function refusal(detail: string) {
  return problem('etcd.not-restored', { detail });
}
