/** What a machine does about etcd: it comes to it, has no seat, has one and waits to vote, votes, or has left. */
type Doing = 'boots' | 'seeks' | 'settles' | 'votes' | 'left';

/** A machine that is to have a seat in etcd, as it truly is. */
export interface EtcdMachine {
  readonly box: string;
  readonly node: string;
  readonly token: string;
  /** Whom it was told: all founders, or whom to ask. */
  readonly peers: string;
  /** When it comes to etcd. */
  readonly arrivesAtMs: number;
  /** When it has reported its seat, if it is given one by then; Infinity: never. */
  readonly reportsSeatAtMs: number;
  /** What it never does: it dies before, and whoever waits for it sees nothing. */
  readonly neverDoes: 'seeks' | 'settles' | undefined;
  /** When it ends by itself. */
  readonly diesAtMs: number;
  doing: Doing;
  /** It may found; from its first seat on it may only join. */
  mayFound: boolean;
  /** It is on the list of peers: nobody else hears it on the overlay, nor does it hear anybody. */
  isKnown: boolean;
  /** Somebody has asked for its end. */
  isEnded: boolean;
  isAskedToLeave: boolean;
  /** The letter that asks says that nobody counts on what etcd holds. */
  hasNothingToLose: boolean;
  /** It has no power until then. */
  outUntilMs: number;
  /** It sees only those that are cut off as well until then. */
  cutOffUntilMs: number;
  /** When it was first given a seat. */
  seatedAtMs: number | undefined;
  /** When it first voted. */
  joinedAtMs: number | undefined;
  leftAtMs: number | undefined;
  /** The program has taken note that it is a node. */
  isReady: boolean;
}

/** It is there, or will be again. */
export function lives({ isEnded, diesAtMs }: EtcdMachine, nowMs: number): boolean {
  return !isEnded && nowMs < diesAtMs;
}

/** Only after its seat is reported; Infinity: it has none. */
export function startsAtMs({ seatedAtMs, reportsSeatAtMs }: EtcdMachine): number {
  return Math.max(seatedAtMs ?? Infinity, reportsSeatAtMs);
}

/** Whether etcd runs on it. */
export function runs(machine: EtcdMachine, nowMs: number): boolean {
  const isOn = lives(machine, nowMs) && nowMs >= machine.outUntilMs;
  return isOn && nowMs >= startsAtMs(machine) && machine.doing !== 'left';
}

/** Whether its own work goes on: also of one that has left. */
export function works(machine: EtcdMachine, nowMs: number): boolean {
  return lives(machine, nowMs) && nowMs >= machine.outUntilMs && nowMs >= machine.arrivesAtMs;
}

/** Whether etcd on the one hears etcd on the other. */
export function reaches(one: EtcdMachine, other: EtcdMachine, nowMs: number): boolean {
  if (one === other || !runs(other, nowMs)) return runs(other, nowMs);
  const isCutOff = nowMs < one.cutOffUntilMs;
  return one.isKnown && other.isKnown && isCutOff === nowMs < other.cutOffUntilMs;
}
