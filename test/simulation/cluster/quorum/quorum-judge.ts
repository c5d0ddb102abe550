import type { IntentLedger } from '../../intent-ledger.ts';
import { type EtcdCluster, type EtcdMember, isMajority, votersOf } from './etcd-cluster.ts';
import { type EtcdMachine, lives, works } from './etcd-machine.ts';
import type { EtcdMembers, EtcdState, MemberWatch } from './etcd-members.ts';

interface JudgeSeed {
  readonly state: EtcdState;
  readonly ledger: Pick<IntentLedger, 'intents' | 'purpose'>;
  readonly nowMs: () => number;
  readonly report: (detail: string) => void;
}

const MACHINE_OF_MEMBER = /\.machine\.((?:control-plane|converged)-\d+)$/;

/**
 * | at                        | it must not be that                                                          |
 * |---------------------------|------------------------------------------------------------------------------|
 * | every event               | two majorities of one token that is in use share no memory, or one node has two living members |
 * | a learner is promoted     | it does not know what the others know                                        |
 * | a learner is added        | the node still has a member                                                  |
 * | a voter is taken out      | the others that vote, know and live are no majority of themselves            |
 * | the program ends a voter  | those that are left are no majority, or it was ready and had not left        |
 * | a voter leaves, or is ended | another seat is empty by our doing already                                 |
 * | the end                   | a node has no voter that knows, or anybody else is a member                  |
 */
export class QuorumJudge implements MemberWatch {
  readonly #seed: JudgeSeed;
  /** Nodes whose voter the program sent away, until another votes. */
  readonly #emptied = new Set<string>();

  constructor(seed: JudgeSeed) {
    this.#seed = seed;
  }

  promoting(_cluster: EtcdCluster, { node, knowsFromMs }: EtcdMember): void {
    if (this.#seed.nowMs() < knowsFromMs) this.#seed.report(`${node} votes and does not know what the others know`);
  }

  adding({ members }: EtcdCluster, node: string): void {
    if (members.some((member) => member.node === node)) this.#seed.report(`${node} is a member twice`);
  }

  removing(cluster: EtcdCluster, member: EtcdMember): void {
    if (member.isLearner) return;
    const rest = votersOf(cluster).filter((other) => other !== member);
    const running = rest.filter((one) => this.#runsOn(one));
    this.#checkRest(running, rest.length, `${member.node} was taken out`);
    const machine = this.#machineOf(member);
    if (machine !== undefined && lives(machine, this.#seed.nowMs()) && machine.isAskedToLeave && cluster.isInUse)
      this.#empty(member.node, 'left');
  }

  restoring({ isInUse }: EtcdCluster): void {
    if (!isInUse) this.#seed.report('there is no snapshot to restore from');
  }

  /** The program asks for the end of a machine. */
  ending(machine: EtcdMachine, cluster: EtcdCluster | undefined): void {
    const own = cluster?.members.find(({ box }) => box === machine.box);
    // As long as no node is ready nothing is lost: then it is founded anew.
    if (own?.isLearner !== false || cluster?.isInUse !== true || this.#isDeletion) return;
    const voters = votersOf(cluster);
    const rest = voters.filter((other) => other !== own);
    if (rest.length === 0) this.#seed.report(`${machine.node} was ended with all that etcd holds`);
    else this.#checkRest(rest, voters.length, `${machine.node} was ended`);
    if (machine.isReady) this.#seed.report(`${machine.node} was ended and had not left`);
    this.#empty(machine.node, 'was ended');
  }

  /** The program takes it back: the machine joins again by itself. */
  staying({ node }: EtcdMachine): void {
    this.#emptied.delete(node);
  }

  afterEvent(members: EtcdMembers): void {
    const { clusters } = this.#seed.state;
    for (const cluster of clusters) {
      for (const side of members.sidesOf(cluster)) this.#agree(cluster, side);
      this.#checkSeats(cluster);
    }
    const formed = Map.groupBy(
      clusters.filter(({ wasFormed }) => wasFormed),
      ({ token }) => token,
    );
    for (const [token, twins] of formed)
      if (twins.length > 1) this.#seed.report(`${twins.length} clusters were founded with the token ${token}`);
  }

  /** When nothing moves any more. */
  judge(): void {
    const wanted = this.#wantedNodes();
    const clusters = this.#seed.state.clusters.filter(({ members }) => members.some((one) => this.#livesOn(one)));
    if (wanted.size > 0 && clusters.length !== 1) this.#seed.report(`there are ${clusters.length} clusters of etcd`);
    for (const { members } of clusters) {
      const voting = members.filter((one) => !one.isLearner && one.remembers && this.#livesOn(one));
      const missing = [...wanted].filter((node) => voting.every((one) => one.node !== node));
      if (missing.length > 0) this.#seed.report(`${missing.join(', ')} does not vote in the end`);
      const excess = members.filter((one) => !voting.includes(one) || !wanted.has(one.node));
      if (excess.length > 0) this.#seed.report(`${excess.map(({ node }) => node).join(', ')} is left a member`);
    }
  }

  /** Whoever agrees has to have somebody among them who was there the last time, once there is something to remember. */
  #agree(cluster: EtcdCluster, side: readonly EtcdMember[]): void {
    if (!isMajority(side.length, votersOf(cluster).length)) return;
    if (cluster.isInUse && !side.some(({ remembers }) => remembers))
      this.#seed.report('a majority agrees that shares no memory with the one before it');
    if (!cluster.wasFormed) cluster.formedAtMs = this.#seed.nowMs();
    cluster.wasFormed = true;
    for (const member of side) {
      member.remembers = true;
      this.#emptied.delete(member.node);
    }
  }

  #checkSeats({ members }: EtcdCluster): void {
    const living = members.filter((one) => this.#livesOn(one));
    for (const [node, seats] of Map.groupBy(living, (one) => one.node))
      if (seats.length > 1) this.#seed.report(`${seats.length} living machines have the seat of ${node}`);
  }

  #checkRest(rest: readonly EtcdMember[], all: number, what: string): void {
    const able = rest.filter((one) => one.remembers && this.#livesOn(one)).length;
    if (!isMajority(able, all)) this.#seed.report(`${what} with ${able} of ${all} voters left`);
  }

  #empty(node: string, how: string): void {
    if (this.#isDeletion) return;
    const wanted = this.#wantedNodes();
    const others = [...this.#emptied].filter((other) => other !== node && wanted.has(other));
    if (others.length > 0) this.#seed.report(`${node} ${how} while ${others.join(', ')} is empty by our doing`);
    this.#emptied.add(node);
  }

  #wantedNodes(): ReadonlySet<string> {
    const there = [...this.#seed.ledger.intents.values()].filter(({ isGone, may }) => !isGone && may !== 'destroy');
    return new Set(there.flatMap(({ address }) => MACHINE_OF_MEMBER.exec(address)?.[1] ?? []));
  }

  get #isDeletion(): boolean {
    return this.#seed.ledger.purpose === 'delete';
  }

  #runsOn(member: EtcdMember): boolean {
    const machine = this.#machineOf(member);
    return machine !== undefined && works(machine, this.#seed.nowMs());
  }

  #livesOn(member: EtcdMember): boolean {
    const machine = this.#machineOf(member);
    return machine !== undefined && lives(machine, this.#seed.nowMs());
  }

  #machineOf({ box }: EtcdMember): EtcdMachine | undefined {
    return box === undefined ? undefined : this.#seed.state.machines.get(box);
  }
}
