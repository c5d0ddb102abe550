import { type EtcdCluster, type EtcdMember, isMajority, newCluster, votersOf, withoutMember } from './etcd-cluster.ts';
import { type EtcdMachine, lives, reaches, runs, works } from './etcd-machine.ts';

/** Hears of every change of members before it is made. */
export interface MemberWatch {
  promoting(cluster: EtcdCluster, member: EtcdMember): void;
  adding(cluster: EtcdCluster, node: string): void;
  removing(cluster: EtcdCluster, member: EtcdMember): void;
  /** Etcd was made anew from a snapshot, by hand. */
  restoring(cluster: EtcdCluster): void;
}

export interface EtcdState {
  readonly machines: Map<string, EtcdMachine>;
  readonly clusters: EtcdCluster[];
  /** Nodes on the list of peers, and the box of each. */
  board: ReadonlyMap<string, string>;
  /** Who is to vote, as the machines read it there. */
  seats: readonly string[];
}

/** Who has no machine by then does not start. */
export const STARTS_WITHIN_MS = 600_000;

interface MembersSeed {
  readonly state: EtcdState;
  readonly nowMs: () => number;
  readonly watch: MemberWatch;
  /** How long a learner takes to learn what the others know. */
  readonly learnsInMs: () => number;
}

/**
 * All machines with a seat in etcd, each of which does what its scripts do, one step at a time: etcd itself changes its
 * members only through a majority of those that vote, has one learner at a time, and takes nobody's place twice.
 */
export class EtcdMembers {
  readonly state: EtcdState;
  readonly #nowMs: () => number;
  readonly #watch: MemberWatch;
  readonly #learnsInMs: () => number;

  constructor({ state, nowMs, watch, learnsInMs }: MembersSeed) {
    this.state = state;
    this.#nowMs = nowMs;
    this.#watch = watch;
    this.#learnsInMs = learnsInMs;
  }

  /** Every machine does what it can do now. Answers whether any did something. */
  round(): boolean {
    let hasActed = false;
    for (const machine of this.state.machines.values()) if (this.#step(machine)) hasActed = true;
    for (const cluster of this.state.clusters) if (this.#lookAfter(cluster)) hasActed = true;
    return hasActed;
  }

  /** Those of it that vote and hear each other, on either side of a cut. */
  sidesOf(cluster: EtcdCluster): readonly (readonly EtcdMember[])[] {
    const running = votersOf(cluster).filter((member) => this.#runs(member));
    const sides = Map.groupBy(running, ({ box }) => this.#sideOf(box));
    return [...sides.values()];
  }

  /** Whoever is not known to the others is alone. */
  #sideOf(box: string | undefined): string {
    const machine = this.#machine(box);
    if (machine?.isKnown !== true) return box ?? '';
    return this.#nowMs() < machine.cutOffUntilMs ? 'cut off' : 'together';
  }

  clusterOf({ box }: EtcdMachine): EtcdCluster | undefined {
    return this.state.clusters.find(({ members }) => members.some((member) => member.box === box));
  }

  /** A majority of those that vote is gone for good, while somebody waits for it. */
  isLost(cluster: EtcdCluster): boolean {
    if (!cluster.wasFormed) return false;
    const voters = votersOf(cluster);
    const living = voters.filter(({ box }) => {
      const machine = this.#machine(box);
      return this.#lives(box) && machine?.isKnown === true && machine.doing !== 'left';
    }).length;
    return !isMajority(living, voters.length) && this.#waitingFor(cluster).length > 0;
  }

  /** What an operator does about a majority that is gone for good: etcd is made anew of a snapshot on all that are there. */
  restore(cluster: EtcdCluster): void {
    this.#watch.restoring(cluster);
    const machines = this.#waitingFor(cluster);
    const nodes = new Map(machines.map((machine) => [machine.node, machine]));
    const members = [...nodes.values()].map(({ node, box }): EtcdMember => {
      return { node, box, isLearner: false, knowsFromMs: this.#nowMs(), remembers: true };
    });
    cluster.members.splice(0, Infinity, ...members);
    for (const machine of nodes.values()) this.#seat(machine);
  }

  #waitingFor({ token }: EtcdCluster): readonly EtcdMachine[] {
    return [...this.state.machines.values()].filter((machine) => {
      const canJoin = machine.neverDoes !== 'seeks' && machine.doing !== 'left' && machine.doing !== 'boots';
      return machine.token === token && canJoin && machine.isKnown && lives(machine, this.#nowMs());
    });
  }

  #step(machine: EtcdMachine): boolean {
    if (!works(machine, this.#nowMs())) return false;
    // Asked anew before it noticed that it was asked no more, it says again that it has left. So does one whose stages fail.
    if (machine.isAskedToLeave && machine.leftAtMs === undefined) return this.#leave(machine);
    if (machine.neverDoes === machine.doing) return false;
    switch (machine.doing) {
      case 'boots':
        machine.doing = 'seeks';
        return true;
      case 'seeks':
        return this.#takeSeat(machine);
      case 'settles':
        return this.#settle(machine);
      case 'left':
        if (machine.isAskedToLeave) return false;
        // The question was taken back.
        machine.doing = 'seeks';
        machine.mayFound = false;
        return true;
      case 'votes':
        return false;
    }
  }

  #seat(machine: EtcdMachine): true {
    machine.doing = 'settles';
    machine.seatedAtMs ??= this.#nowMs();
    return true;
  }

  #takeSeat(machine: EtcdMachine): boolean {
    if (this.clusterOf(machine) !== undefined) return this.#seat(machine);
    const cluster = this.state.clusters.find((one) => one.token === machine.token && this.#answers(one, machine));
    const predecessor = cluster?.members.find(({ node }) => node === machine.node);
    // Who works without it and knows nothing of it has been founded without it.
    const canFound = cluster === undefined || (predecessor !== undefined && predecessor.box === undefined);
    if (machine.mayFound && canFound) return this.#found(machine);
    if (cluster === undefined) return false;
    if (predecessor !== undefined) return this.#evict(cluster, predecessor, machine);
    if (cluster.members.some(({ isLearner }) => isLearner)) return false;
    this.#watch.adding(cluster, machine.node);
    cluster.members.push({
      node: machine.node,
      box: machine.box,
      isLearner: true,
      knowsFromMs: this.#nowMs() + this.#learnsInMs(),
      remembers: false,
    });
    return this.#seat(machine);
  }

  #found(machine: EtcdMachine): boolean {
    const { token, peers, node, box } = machine;
    let cluster = this.state.clusters.find((one) => one.token === token && one.founders === peers);
    if (cluster === undefined) {
      cluster = newCluster(token, peers);
      this.state.clusters.push(cluster);
    }
    const seat = cluster.members.findIndex((member) => member.node === node);
    const before = this.#machine(cluster.members[seat]?.box);
    const isTaken = before?.isKnown === true && before.doing !== 'left' && lives(before, this.#nowMs());
    if (seat === -1 || isTaken) return false;
    const isLearner = false;
    cluster.members[seat] = { node, box, isLearner, knowsFromMs: this.#nowMs(), remembers: !cluster.wasFormed };
    return this.#seat(machine);
  }

  #evict(cluster: EtcdCluster, predecessor: EtcdMember, machine: EtcdMachine): boolean {
    const before = this.#machine(predecessor.box);
    if (before !== undefined && reaches(machine, before, this.#nowMs())) return false;
    if (this.#isNeeded(cluster, predecessor, machine)) return false;
    this.#remove(cluster, predecessor);
    return true;
  }

  #settle(machine: EtcdMachine): boolean {
    const cluster = this.clusterOf(machine);
    const own = cluster?.members.find(({ box }) => box === machine.box);
    if (cluster === undefined || own === undefined) {
      // It was taken out meanwhile: what it has is put aside, and it joins anew.
      machine.doing = 'seeks';
      machine.mayFound = false;
      return true;
    }
    if (own.isLearner || !runs(machine, this.#nowMs()) || !this.#answers(cluster, machine)) return false;
    machine.doing = 'votes';
    machine.joinedAtMs ??= this.#nowMs();
    return true;
  }

  #leave(machine: EtcdMachine): boolean {
    const cluster = this.clusterOf(machine);
    const own = cluster?.members.find(({ box }) => box === machine.box);
    if (cluster !== undefined && own !== undefined) {
      const canGo = !this.#isNeeded(cluster, own, machine) && (own.isLearner || !this.#hasEmptySeat(cluster, machine));
      const isFree = this.#answers(cluster, machine) && canGo;
      if (!isFree && !machine.hasNothingToLose) return false;
      if (isFree) this.#remove(cluster, own);
    }
    machine.doing = 'left';
    machine.leftAtMs = this.#nowMs();
    return true;
  }

  /** Whether another one that is to vote does not. */
  #hasEmptySeat({ members }: EtcdCluster, { node: own }: EtcdMachine): boolean {
    const votes = (node: string): boolean =>
      members.some((one) => one.node === node && !one.isLearner && one.box !== undefined);
    return this.state.seats.some((node) => node !== own && !votes(node));
  }

  /** What whoever leads does for all. */
  #lookAfter(cluster: EtcdCluster): boolean {
    const leader = this.sidesOf(cluster)
      .filter((side) => isMajority(side.length, votersOf(cluster).length))
      .flatMap((side) => side.flatMap(({ box }) => this.#machine(box) ?? []))[0];
    if (leader === undefined) return false;
    for (const member of cluster.members) {
      const machine = this.#machine(member.box);
      const canLearn = machine !== undefined && reaches(leader, machine, this.#nowMs());
      if (!member.isLearner || !canLearn || this.#nowMs() < member.knowsFromMs) continue;
      this.#watch.promoting(cluster, member);
      member.isLearner = false;
      member.remembers = true;
      return true;
    }
    const { board } = this.state;
    const isLate = this.#nowMs() >= cluster.formedAtMs + STARTS_WITHIN_MS;
    const stranger = board.has(leader.node)
      ? cluster.members.find(({ node, box }) => !board.has(node) || (isLate && box === undefined))
      : undefined;
    if (stranger === undefined || this.#isNeeded(cluster, stranger, leader)) return false;
    this.#remove(cluster, stranger);
    return true;
  }

  #remove(cluster: EtcdCluster, member: EtcdMember): void {
    this.#watch.removing(cluster, member);
    withoutMember(cluster, member);
  }

  /** Whether the others that vote would not be a majority of themselves, as one of them sees it. */
  #isNeeded(cluster: EtcdCluster, leaving: EtcdMember, seenBy: EtcdMachine): boolean {
    if (leaving.isLearner) return false;
    const rest = votersOf(cluster).filter((member) => member !== leaving);
    return !isMajority(rest.filter((member) => this.#isHeard(member, seenBy)).length, rest.length);
  }

  /** Whether a majority answers the machine. */
  #answers(cluster: EtcdCluster, machine: EtcdMachine): boolean {
    const voters = votersOf(cluster);
    return isMajority(voters.filter((member) => this.#isHeard(member, machine)).length, voters.length);
  }

  #isHeard({ box }: EtcdMember, by: EtcdMachine): boolean {
    const machine = this.#machine(box);
    return machine !== undefined && reaches(by, machine, this.#nowMs());
  }

  #runs({ box }: EtcdMember): boolean {
    const machine = this.#machine(box);
    return machine !== undefined && reaches(machine, machine, this.#nowMs());
  }

  #lives(box: string | undefined): boolean {
    const machine = this.#machine(box);
    return machine !== undefined && lives(machine, this.#nowMs());
  }

  #machine(box: string | undefined): EtcdMachine | undefined {
    return box === undefined ? undefined : this.state.machines.get(box);
  }
}
