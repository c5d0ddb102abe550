import { z } from 'zod';
import { CONTROL_PLANES, eventually, type SharedCluster } from './shared-cluster.ts';

const WELL_MS = 300_000;

export interface SeenMember {
  readonly id: string;
  readonly name: string;
  readonly isLearner: boolean;
}

const Members = z.object({
  members: z.array(z.object({ ID: z.string(), name: z.string().default(''), isLearner: z.boolean().default(false) })),
});
const Status = z.object({ leader: z.string() });
const Range = z.object({ kvs: z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]) });

/** As this very command of etcd says it on a machine. */
export function etcdctl(cluster: SharedCluster, node: string, command: string): Promise<string> {
  return cluster.on(node, `/opt/bootstrap/node/etcdctl ${command}`);
}

const PKI = '/etc/bootstrap/pki';
/** How etcd is asked without etcdctl, whose start alone takes an emulated machine seconds. */
const ASK_ETCD = `curl -sS -f --cacert ${PKI}/etcd-ca.crt --cert ${PKI}/etcd.crt --key ${PKI}/etcd.key`;
const LOCAL_ETCD = 'https://127.0.0.1:2379';
const PATIENCE_S = 20;

async function told(cluster: SharedCluster, node: string, path: string, body: string): Promise<unknown> {
  const text = await cluster.on(node, `${ASK_ETCD} -m ${PATIENCE_S} --data '${body}' ${LOCAL_ETCD}/v3/${path}`);
  return JSON.parse(text);
}

export async function membersSeen(cluster: SharedCluster, from: string): Promise<readonly SeenMember[]> {
  const { members } = Members.parse(await told(cluster, from, 'cluster/member/list', '{"linearizable":true}'));
  return members.map(({ ID: id, name, isLearner }) => ({ id, name, isLearner }));
}

export async function keep(cluster: SharedCluster, through: string, key: string, value: string): Promise<void> {
  await told(cluster, through, 'kv/put', JSON.stringify({ key: encoded(key), value: encoded(value) }));
}

/** What is kept under a key, as a majority knows it. */
export async function kept(cluster: SharedCluster, through: string, key: string): Promise<string | undefined> {
  const { kvs } = Range.parse(await told(cluster, through, 'kv/range', JSON.stringify({ key: encoded(key) })));
  return kvs[0] === undefined ? undefined : decoded(kvs[0].value);
}

export async function keysUnder(cluster: SharedCluster, through: string, prefix: string): Promise<readonly string[]> {
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  const range = { key: encoded(prefix), range_end: encoded(end), keys_only: true };
  const { kvs } = Range.parse(await told(cluster, through, 'kv/range', JSON.stringify(range)));
  return kvs.map(({ key }) => decoded(key));
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

/** Waits until every control-plane machine is a started voter, reads through a majority, and there is no other member. */
export async function threeVoters(cluster: SharedCluster): Promise<void> {
  await eventually(WELL_MS, async () => {
    const ends = await cluster.everywhere(CONTROL_PLANES, (node) => missingOn(cluster, node));
    return ends.find((what) => what !== undefined);
  });
}

/** Whoever lists its members has asked a majority. Nobody has a name before its first start. */
async function missingOn(cluster: SharedCluster, node: string): Promise<string | undefined> {
  try {
    const members = await membersSeen(cluster, node);
    const voters = members.filter(({ isLearner }) => !isLearner).map(({ name }) => name);
    const isWell = members.length === CONTROL_PLANES.length && voters.toSorted().join() === CONTROL_PLANES.join();
    return isWell ? undefined : `${node} sees ${JSON.stringify(members)}`;
  } catch (error) {
    return String(error);
  }
}

/** The node whose member leads, as one of them sees it. */
export async function leaderSeen(cluster: SharedCluster, from: string): Promise<string> {
  const { leader } = Status.parse(await told(cluster, from, 'maintenance/status', '{}'));
  const found = (await membersSeen(cluster, from)).find(({ id }) => id === leader);
  if (found === undefined) throw new Error(`Nobody leads, as ${from} sees it: ${leader}`);
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
