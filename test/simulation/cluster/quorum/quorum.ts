import { z } from 'zod';
import { boardIn } from '#host/board-text.ts';
import { LETTER } from '#host/protocol.ts';
import type { Write } from '#providers/simulator/account-log.ts';
import type { Company } from '#providers/simulator/company.ts';
import { type Instance, INSTANCES } from '#providers/simulator/ec2/instance.ts';
import { WELCOMES } from '#providers/simulator/mailroom.ts';
import type { DeliveredWelcome } from '#providers/simulator/machine-life.ts';
import { VERSIONS } from '#providers/simulator/s3/versions.ts';
import type { ScheduledEvent } from '../../event-heap.ts';
import type { FaultLottery } from '../../faults.ts';
import type { IntentLedger } from '../../intent-ledger.ts';
import type { World } from '../../world.ts';
import { isRecord } from '../mirror.ts';
import { type EtcdMachine, lives, startsAtMs } from './etcd-machine.ts';
import { EtcdMembers, type EtcdState, STARTS_WITHIN_MS } from './etcd-members.ts';
import { etcdMachineOf, inCompany, type Welcomed } from './machine-words.ts';
import { QuorumJudge } from './quorum-judge.ts';

interface QuorumSeed {
  readonly world: World;
  readonly faults: FaultLottery;
  readonly ledger: IntentLedger;
  readonly report: (detail: string) => void;
  /** Of an account that is copied. */
  readonly state: EtcdState;
}

const PEERS = 'peers.json';
/** Those that say more than that they are there: their box, and their name. */
const LETTER_KEY = /\/([^/]+)\/(leave|settled-[^/]+)$/;
const AskedToLeave = z.looseObject({ nothingToLose: z.boolean().default(false) });
/** Machines look again after so long, as etcd's scripts do. */
const PAUSE_MS = [1_000, 5_000] as const;
const LEARNS_MS = [2_000, 10_000] as const;
const LEARNS_SLOWLY_MS = [60_000, 300_000] as const;
const AWAY_MS = [20_000, 240_000] as const;
/** An operator sees that a majority is gone, and takes a snapshot. */
const RESTORED_AFTER_MS = 90_000;

/** Etcd on the machines of the account: what they do by themselves and with each other, and who judges it. */
export class Quorum {
  readonly #seed: QuorumSeed;
  readonly #state: EtcdState;
  readonly #judge: QuorumJudge;
  readonly #members: EtcdMembers;
  #next: ScheduledEvent | undefined;
  #lostSinceMs: number | undefined;
  readonly #instances = new Map<string, Instance>();

  constructor(seed: QuorumSeed) {
    const { world, faults, ledger, report } = seed;
    this.#seed = seed;
    this.#state = structuredClone(seed.state);
    const nowMs = (): number => world.nowMs;
    this.#judge = new QuorumJudge({ state: this.#state, ledger, nowMs, report });
    this.#members = new EtcdMembers({
      state: this.#state,
      nowMs,
      watch: this.#judge,
      learnsInMs: () => {
        const [least, most] = faults.strikes('learner-slow') ? LEARNS_SLOWLY_MS : LEARNS_MS;
        return world.random.between(least, most);
      },
    });
  }

  /** A copy: as it is now. */
  get state(): EtcdState {
    return structuredClone(this.#state);
  }

  /** What the machines write, now that they wait for each other. */
  readonly company: Company = (machine, letters) => {
    const known = this.#state.machines.get(machine.box);
    return known === undefined ? letters : inCompany(letters, known);
  };

  /** The account has changed. */
  follow(writes: readonly Write[]): void {
    let isConcerned = false;
    for (const write of writes) if (write.value !== undefined && this.#take(write, write.value)) isConcerned = true;
    if (isConcerned) this.#look();
  }

  judge(): void {
    this.#judge.judge();
  }

  #take({ kind, id }: Write, value: unknown): boolean {
    switch (kind) {
      case INSTANCES.name:
        return this.#takeInstance(INSTANCES.schema.parse(value));
      case WELCOMES.name:
        return this.#takeWelcome(id, WELCOMES.schema.parse(value));
      case VERSIONS.name:
        return isRecord(value) && this.#takeObject(String(value['key']), value);
      default:
        return false;
    }
  }

  /** Most of what is stored is of no interest here. */
  #takeObject(key: string, value: unknown): boolean {
    const [, box = '', letter] = LETTER_KEY.exec(key) ?? [];
    if (letter === undefined && key !== PEERS) return false;
    const { content } = VERSIONS.schema.parse(value);
    if (content === undefined) return false;
    if (key === PEERS) {
      const { peers, seats = [] } = boardIn(content.data);
      this.#state.board = new Map(peers.map(({ node, box: own }) => [node, own]));
      this.#state.seats = seats;
      for (const machine of this.#state.machines.values()) this.#meet(machine);
      return true;
    }
    const machine = this.#state.machines.get(box);
    if (machine === undefined) return false;
    if (letter === LETTER.leave) {
      machine.hasNothingToLose = AskedToLeave.parse(JSON.parse(content.data)).nothingToLose;
      return false;
    }
    machine.isReady = true;
    const cluster = this.#members.clusterOf(machine);
    if (cluster !== undefined) cluster.isInUse = true;
    return false;
  }

  #takeInstance(instance: Instance): boolean {
    const { box, terminatedAtMs } = instance;
    this.#instances.set(box, instance);
    const machine = this.#state.machines.get(box);
    if (machine === undefined || machine.isEnded || terminatedAtMs === undefined) return false;
    if (lives(machine, this.#seed.world.nowMs)) this.#judge.ending(machine, this.#members.clusterOf(machine));
    machine.isEnded = true;
    return true;
  }

  #takeWelcome(box: string, welcome: DeliveredWelcome): boolean {
    const { world } = this.#seed;
    const known = this.#state.machines.get(box);
    const machine = this.#instances.get(box);
    // It may be another one as long as nobody has read it.
    if (machine !== undefined && (known === undefined || world.nowMs < known.arrivesAtMs))
      return this.#welcomed({ machine, welcome });
    if (known === undefined) return false;
    const isAsked = welcome.leaveAtMs !== undefined;
    if (isAsked === known.isAskedToLeave) return false;
    known.isAskedToLeave = isAsked;
    if (!isAsked) {
      // What it has answered is taken out with the question.
      known.leftAtMs = undefined;
      this.#judge.staying(known);
    }
    this.#disturb();
    return true;
  }

  #welcomed(welcomed: Welcomed): boolean {
    const { box } = welcomed.machine;
    this.#state.machines.delete(box);
    const machine = etcdMachineOf(welcomed);
    if (machine === undefined) return false;
    this.#meet(machine);
    this.#state.machines.set(box, machine);
    return true;
  }

  #meet(machine: EtcdMachine): void {
    machine.isKnown = this.#state.board.get(machine.node) === machine.box;
  }

  /** Members change: that is when it hurts that somebody is away. */
  #disturb(): void {
    const { world, faults } = this.#seed;
    for (const machine of this.#state.machines.values()) {
      if (machine.doing !== 'votes' || !lives(machine, world.nowMs)) continue;
      if (faults.strikes('node-comes-back')) machine.outUntilMs = world.nowMs + world.random.between(...AWAY_MS);
      if (faults.strikes('node-cut-off')) machine.cutOffUntilMs = world.nowMs + world.random.between(...AWAY_MS);
    }
  }

  /** One round now, and the next when it can make a difference. */
  #look(): void {
    const { world } = this.#seed;
    this.#judge.afterEvent(this.#members);
    const isAnybodyHere = [...this.#state.machines.values()].some((machine) => lives(machine, world.nowMs));
    this.#next = reschedule(this.#next, isAnybodyHere ? world.random.between(...PAUSE_MS) : undefined, (delayMs) =>
      world.schedule(delayMs, 'etcd', () => this.#round()),
    );
  }

  #round(): void {
    const { world } = this.#seed;
    const before = this.#voting();
    this.#restoreLost();
    const hasActed = this.#members.round();
    this.#judge.afterEvent(this.#members);
    if (this.#voting() > before) this.#disturb();
    const delayMs = hasActed ? world.random.between(...PAUSE_MS) : this.#untilNextMs();
    this.#next = reschedule(undefined, delayMs, (ms) => world.schedule(ms, 'etcd', () => this.#round()));
  }

  #voting(): number {
    return [...this.#state.machines.values()].filter(({ doing }) => doing === 'votes').length;
  }

  #restoreLost(): void {
    const { nowMs } = this.#seed.world;
    const lost = this.#state.clusters.filter((cluster) => cluster.isInUse && this.#members.isLost(cluster));
    this.#lostSinceMs = lost.length === 0 ? undefined : (this.#lostSinceMs ?? nowMs);
    if (this.#lostSinceMs === undefined || nowMs < this.#lostSinceMs + RESTORED_AFTER_MS) return;
    for (const cluster of lost) this.#members.restore(cluster);
    this.#lostSinceMs = undefined;
  }

  /** Undefined: nothing changes any more by itself. */
  #untilNextMs(): number | undefined {
    const { nowMs } = this.#seed.world;
    const times = [...this.#state.machines.values()]
      .filter((machine) => lives(machine, nowMs))
      .flatMap((machine) => {
        const { arrivesAtMs, diesAtMs, outUntilMs, cutOffUntilMs } = machine;
        return [arrivesAtMs, startsAtMs(machine), diesAtMs, outUntilMs, cutOffUntilMs];
      });
    const learning = this.#state.clusters.flatMap(({ members }) => members.map(({ knowsFromMs }) => knowsFromMs));
    const late = this.#state.clusters.map(({ formedAtMs }) => formedAtMs + STARTS_WITHIN_MS);
    const restored = this.#lostSinceMs === undefined ? [] : [this.#lostSinceMs + RESTORED_AFTER_MS];
    const next = Math.min(...[...times, ...learning, ...late, ...restored].filter((atMs) => atMs > nowMs));
    return next === Infinity ? undefined : next - nowMs + 1;
  }
}

function reschedule(
  last: ScheduledEvent | undefined,
  delayMs: number | undefined,
  schedule: (delayMs: number) => ScheduledEvent,
): ScheduledEvent | undefined {
  if (last !== undefined) last.dead = true;
  return delayMs === undefined ? undefined : schedule(delayMs);
}
