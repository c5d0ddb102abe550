import { z } from 'zod';
import { CONTROL_PLANES, eventually, type SharedCluster } from './shared-cluster.ts';

const WELL_MS = 300_000;

export interface SeenMember {
  readonly id: string;
  readonly name: string;
  readonly isStarted: boolean;
  readonly isLearner: boolean;
}

/** As this very command of etcd says it on a machine. */
export function etcdctl(cluster: SharedCluster, node: string, command: string): Promise<string> {
  return cluster.on(node, `/opt/bootstrap/node/etcdctl ${command}`);
}

export async function membersSeen(cluster: SharedCluster, from: string): Promise<readonly SeenMember[]> {
  const lines = (await etcdctl(cluster, from, 'member list -w simple')).trim().split('\n');
  return lines.map((line) => {
    const [id = '', status, name = '', , , isLearner] = line.split(', ');
    return { id, name, isStarted: status === 'started', isLearner: isLearner?.trim() === 'true' };
  });
}

/** Waits until every control-plane machine is a started voter, reads through a majority, and there is no other member. */
export async function threeVoters(cluster: SharedCluster): Promise<void> {
  await eventually(WELL_MS, async () => {
    const ends = await cluster.everywhere(CONTROL_PLANES, (node) => missingOn(cluster, node));
    return ends.find((what) => what !== undefined);
  });
}

async function missingOn(cluster: SharedCluster, node: string): Promise<string | undefined> {
  try {
    await etcdctl(cluster, node, 'endpoint health --command-timeout=10s');
    const members = await membersSeen(cluster, node);
    const voters = members.filter(({ isStarted, isLearner }) => isStarted && !isLearner).map(({ name }) => name);
    const isWell = members.length === CONTROL_PLANES.length && voters.toSorted().join() === CONTROL_PLANES.join();
    return isWell ? undefined : `${node} sees ${JSON.stringify(members)}`;
  } catch (error) {
    return String(error);
  }
}

/** The node whose member leads, as one of them sees it; some may be out of its reach. */
export async function leaderSeen(cluster: SharedCluster, from: string): Promise<string> {
  const table = await etcdctl(cluster, from, 'endpoint status --cluster -w table || true');
  const [heads = [], ...rows] = table.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return cells.length > 2 ? [cells] : [];
  });
  const leader = rows.find((cells) => cells[heads.indexOf('IS LEADER')] === 'true')?.[heads.indexOf('ID')];
  const found = (await membersSeen(cluster, from)).find(({ id }) => id === leader);
  if (found === undefined) throw new Error(`Nobody leads:\n${table}`);
  return found.name;
}

const CHANGES = ['removed member', 'added member', 'promote member'];
const LogLine = z.looseObject({ msg: z.string() });

/** Which changes of its members a member has seen since then, in their order. */
export async function changesOfMembers(cluster: SharedCluster, on: string, sinceS: string): Promise<readonly string[]> {
  const log = await cluster.on(on, `journalctl --unit bootstrap-etcd --output cat --no-pager --since @${sinceS}`);
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => LogLine.parse(JSON.parse(line)).msg).filter((message) => CHANGES.includes(message));
}
