import { z } from 'zod';
import { LETTER, stageLetter } from '#host/protocol.ts';
import {
  type DeliveredWelcome,
  lettersOfLife,
  type Machine,
  type MachineLetter,
  takesWelcomeAtMs,
} from '#providers/simulator/machine-life.ts';
import { remembered } from '#providers/simulator/remembered.ts';
import type { EtcdMachine } from './etcd-machine.ts';

const SEAT = 'seat';
const ETCD = 'etcd';

/** What the model reads of a welcome. */
const Told = z.looseObject({
  node: z.string(),
  stages: z.array(z.string()),
  settings: z.looseObject({ ETCD_STATE: z.string(), ETCD_TOKEN: z.string(), ETCD_PEERS: z.string() }),
});

export interface Welcomed {
  readonly machine: Machine;
  readonly welcome: DeliveredWelcome;
}

/** Undefined: it has no seat in etcd, or never comes to it. */
export function etcdMachineOf({ machine, welcome }: Welcomed): EtcdMachine | undefined {
  const told = Told.safeParse(JSON.parse(welcome.body));
  if (!told.success || machine.fate.is === 'lies') return undefined;
  const { node, stages, settings } = told.data;
  const before = stages[stages.indexOf(SEAT) - 1];
  const arrivesAtMs =
    before === undefined ? takesWelcomeAtMs(machine, welcome.atMs) : reportedAtMs({ machine, welcome }, stages, before);
  if (arrivesAtMs === undefined) return undefined;
  return {
    box: machine.box,
    node,
    token: settings.ETCD_TOKEN,
    peers: settings.ETCD_PEERS,
    arrivesAtMs,
    reportsSeatAtMs: reportedAtMs({ machine, welcome }, stages, SEAT) ?? Infinity,
    neverDoes: neverDoes(machine, stages),
    diesAtMs: machine.endsAtMs ?? Infinity,
    doing: 'boots',
    mayFound: settings.ETCD_STATE === 'new',
    isKnown: false,
    isEnded: machine.terminatedAtMs !== undefined,
    isAskedToLeave: false,
    hasNothingToLose: false,
    outUntilMs: 0,
    cutOffUntilMs: 0,
    seatedAtMs: undefined,
    joinedAtMs: undefined,
    leftAtMs: undefined,
    isReady: false,
  };
}

/** When a stage is done, if nobody has to be waited for. */
function reportedAtMs({ machine, welcome }: Welcomed, stages: readonly string[], stage: string): number | undefined {
  const name = stageLetter(stages, stage);
  return lettersOfLife(machine, welcome).find((letter) => letter.name === name)?.atMs;
}

/** One that fails in a stage of etcd or hangs there does so before it has a seat, before it votes, or only after that. */
function neverDoes({ fate }: Machine, stages: readonly string[]): EtcdMachine['neverDoes'] {
  if (fate.is !== 'stage-fails' && fate.is !== 'hangs') return undefined;
  const at = fate.at * stages.length - stages.indexOf(SEAT);
  if (at < 0 || at >= 2) return undefined;
  if (at < 1 / 2) return 'seeks';
  return at < 3 / 2 ? 'settles' : undefined;
}

/** The letters of its life, each when it can write it: not before it has its seat, votes, or has left. */
export function inCompany(
  life: readonly MachineLetter[],
  { seatedAtMs, joinedAtMs, leftAtMs }: Pick<EtcdMachine, 'seatedAtMs' | 'joinedAtMs' | 'leftAtMs'>,
): readonly MachineLetter[] {
  return whenLeft(whenJoined(whenSeated(life, seatedAtMs), joinedAtMs), leftAtMs);
}

const whenSeated = notBefore(SEAT);
const whenJoined = notBefore(ETCD);

/** All letters from that of a stage on as late as it is. */
function notBefore(stage: string) {
  const isOwn = new RegExp(`^stage-\\d\\d-${stage}$`);
  return remembered((life: readonly MachineLetter[], doneAtMs: number | undefined): readonly MachineLetter[] => {
    const own = life.findIndex(({ name }) => isOwn.test(name));
    const lateByMs = Math.max(0, (doneAtMs ?? Infinity) - (life[own]?.atMs ?? Infinity));
    if (own === -1 || lateByMs === 0) return life;
    return life.flatMap((letter, index) => {
      const waits = index >= own && (letter.name.startsWith('stage-') || letter.name === LETTER.failed);
      if (!waits) return [letter];
      return lateByMs === Infinity ? [] : [{ ...letter, atMs: letter.atMs + lateByMs }];
    });
  });
}

const whenLeft = remembered((life: readonly MachineLetter[], leftAtMs: number | undefined): readonly MachineLetter[] =>
  life.flatMap((letter) => {
    if (letter.name !== LETTER.left) return [letter];
    return leftAtMs === undefined ? [] : [{ ...letter, atMs: leftAtMs }];
  }),
);
