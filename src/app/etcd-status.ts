import { problem } from '#engine/problem.ts';
import { type EtcdSaid, type ListedMember, readEtcd, type SaidAlarm } from './etcd-answers.ts';
import { type Asking, askNodes, type NodeAnswer, type SilentNode } from './every-node.ts';

export interface EtcdMember {
  /** Empty: it was added, and has not started yet. */
  readonly name: string;
  readonly id: string;
  readonly is: 'leader' | 'voter' | 'learner';
  /** Alarm: it votes, but takes nothing new. Silent: nothing was heard of it. */
  readonly health: 'healthy' | 'alarm' | 'unhealthy' | 'silent';
  /** Undefined: it is silent. */
  readonly figures: EtcdFigures | undefined;
}

interface EtcdFigures {
  readonly version: string;
  readonly dbBytes: number;
  readonly dbInUseBytes: number;
  readonly revision: number;
  /** By how many entries it is behind the one that is furthest. */
  readonly lag: number;
}

export interface EtcdStatus {
  /** Whether the members are those that etcd has agreed on, or only those that answer. */
  readonly isAgreed: boolean;
  readonly members: readonly EtcdMember[];
  /** Of whom, and what: `no space left in its quota`. */
  readonly alarms: readonly { readonly member: string; readonly alarm: string }[];
  readonly voters: number;
  /** Those that can agree with others. */
  readonly votersThere: number;
  /** How many voters can still be lost; below zero: so many are lacking. */
  readonly spare: number;
  readonly silent: readonly SilentNode[];
}

/** What all of etcd says, wherever in the cluster it runs. */
export async function etcdStatus(asking: Asking, signal: AbortSignal): Promise<EtcdStatus> {
  const { heard, silent } = await askNodes(asking, { look: 'etcd', nodes: [] }, signal);
  const said = heard.flatMap((answer): readonly Told[] => {
    const etcd = readEtcd(answer.sections);
    return etcd === undefined ? [] : [{ ...etcd, node: answer.node }];
  });
  if (said.length === 0) throw absent(heard, silent);
  const statuses = new Map(said.flatMap((one) => one.statuses.map((status) => [status.header.member_id, status])));
  const witness = said.find(({ members }) => members !== undefined);
  const unheard = (witness?.members ?? []).filter(({ ID, name }) => !statuses.has(ID) && !said.some(isOf(name)));
  for (const status of await statusesOf(asking, witness, unheard, signal)) {
    statuses.set(status.header.member_id, status);
  }
  const listed = witness?.members ?? said.flatMap(membersFrom);
  const isAgreed = witness !== undefined;
  return { ...described(listed, { statuses, isAgreed }), isAgreed, alarms: alarmsOf(said, listed), silent };
}

type Told = EtcdSaid & { readonly node: string };
type Status = EtcdSaid['statuses'][number];

function isOf(name: string): (told: Told) => boolean {
  return ({ node }) => node === name;
}

/** Whose machine was not reached from here may well be reached by the others. */
async function statusesOf(
  asking: Asking,
  witness: Told | undefined,
  unheard: readonly ListedMember[],
  signal: AbortSignal,
): Promise<readonly Status[]> {
  const endpoints = unheard.flatMap(({ clientURLs }) => clientURLs.slice(0, 1)).filter((url) => ENDPOINT.test(url));
  if (witness === undefined || endpoints.length === 0) return [];
  const { heard } = await askNodes(asking, { look: 'etcd', nodes: [witness.node], args: endpoints }, signal);
  return heard.flatMap(({ sections }) => readEtcd(sections)?.statuses ?? []);
}

/** Nothing in it means anything to the shell that it goes through. */
const ENDPOINT = /^https:\/\/[\w.:-]+$/;

/** Without a quorum nobody can say who the members are; each still knows itself. */
function membersFrom({ node, statuses }: Told): readonly ListedMember[] {
  return statuses.map(({ header, isLearner }) => ({ ID: header.member_id, name: node, clientURLs: [], isLearner }));
}

interface Known {
  readonly statuses: ReadonlyMap<string, Status>;
  readonly isAgreed: boolean;
}

function described(
  listed: readonly ListedMember[],
  { statuses, isAgreed }: Known,
): Pick<EtcdStatus, 'members' | 'voters' | 'votersThere' | 'spare'> {
  const furthest = Math.max(0, ...[...statuses.values()].map(({ raftIndex }) => raftIndex));
  const said = listed.map((member) => memberFrom(member, statuses.get(member.ID), furthest));
  // Who has lost the others takes itself for the leader for a while.
  const members = said.map((member) =>
    member.is === 'leader' && !isAgreed ? { ...member, is: 'voter' as const } : member,
  );
  const voters = members.filter(({ is }) => is !== 'learner');
  const votersThere = voters.filter(({ health }) => health === 'healthy' || health === 'alarm').length;
  const quorum = Math.floor(voters.length / 2) + 1;
  return {
    members: members.toSorted((left, right) => left.name.localeCompare(right.name, 'en', { numeric: true })),
    voters: voters.length,
    votersThere,
    spare: votersThere - quorum,
  };
}

function memberFrom({ ID, name, isLearner }: ListedMember, status: Status | undefined, furthest: number): EtcdMember {
  const is = isLearner ? 'learner' : status?.leader === ID ? 'leader' : 'voter';
  if (status === undefined) return { name, id: ID, is, health: 'silent', figures: undefined };
  const { version, dbSize, dbSizeInUse, raftIndex, header, health } = status;
  const lag = furthest - raftIndex;
  const figures = { version, dbBytes: dbSize, dbInUseBytes: dbSizeInUse, revision: header.revision, lag };
  return { name, id: ID, is, health, figures };
}

const ALARMS: Readonly<Record<string, string>> = {
  NOSPACE: 'no space left in its quota',
  CORRUPT: 'its data is damaged',
};

function alarmsOf(said: readonly Told[], listed: readonly ListedMember[]): EtcdStatus['alarms'] {
  const alarms = said.map(({ alarms: own }) => own).find((own) => own.length > 0) ?? [];
  return alarms.map(({ memberID, alarm }: SaidAlarm) => ({
    member: listed.find(({ ID }) => ID === memberID)?.name ?? memberID,
    alarm: ALARMS[alarm] ?? `alarm ${alarm}`,
  }));
}

function absent(heard: readonly NodeAnswer[], silent: readonly SilentNode[]) {
  const asked = heard.length + silent.length;
  const why = silent.map(({ node, problem: { detail } }) => ` ${node}: ${detail}`).join('');
  return problem('etcd.absent', {
    detail: `${heard.length} of ${asked} machines answered, none of them with etcd.${why}`,
  });
}
