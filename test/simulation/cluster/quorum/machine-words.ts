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

const STAGE = 'etcd';

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
  const arrivesAtMs = beginsAtMs({ machine, welcome }, stages);
  if (arrivesAtMs === undefined) return undefined;
  return {
    box: machine.box,
    node,
    token: settings.ETCD_TOKEN,
    peers: settings.ETCD_PEERS,
    arrivesAtMs,
    neverDoes: neverDoes(machine, stages),
    diesAtMs: machine.endsAtMs ?? Infinity,
    doing: 'boots',
    mayFound: settings.ETCD_STATE === 'new',
    isEnded: machine.terminatedAtMs !== undefined,
    isAskedToLeave: false,
    mayBeLast: false,
    outUntilMs: 0,
    cutOffUntilMs: 0,
    joinedAtMs: undefined,
    leftAtMs: undefined,
    isReady: false,
  };
}

/** When the stage before is done. */
function beginsAtMs({ machine, welcome }: Welcomed, stages: readonly string[]): number | undefined {
  const before = stages[stages.indexOf(STAGE) - 1];
  if (before === undefined) return takesWelcomeAtMs(machine, welcome.atMs);
  const name = stageLetter(stages, before);
  return lettersOfLife(machine, welcome).find((letter) => letter.name === name)?.atMs;
}

/** One that fails in the stage of etcd or hangs there does so before it has a seat, before it votes, or only after that. */
function neverDoes({ fate }: Machine, stages: readonly string[]): EtcdMachine['neverDoes'] {
  if (fate.is !== 'stage-fails' && fate.is !== 'hangs') return undefined;
  const at = fate.at * stages.length - stages.indexOf(STAGE);
  if (at < 0 || at >= 1) return undefined;
  if (at < 1 / 3) return 'seeks';
  return at < 2 / 3 ? 'settles' : undefined;
}

/** The letters of its life, each when it can write it: not before it votes, or has left. */
export function inCompany(
  life: readonly MachineLetter[],
  { joinedAtMs, leftAtMs }: Pick<EtcdMachine, 'joinedAtMs' | 'leftAtMs'>,
): readonly MachineLetter[] {
  return whenLeft(whenJoined(life, joinedAtMs), leftAtMs);
}

const whenJoined = remembered(
  (life: readonly MachineLetter[], joinedAtMs: number | undefined): readonly MachineLetter[] => {
    const own = life.findIndex(({ name }) => STAGE_LETTER.test(name));
    const lateByMs = Math.max(0, (joinedAtMs ?? Infinity) - (life[own]?.atMs ?? Infinity));
    if (own === -1 || lateByMs === 0) return life;
    return life.flatMap((letter, index) => {
      const waits = index >= own && (letter.name.startsWith('stage-') || letter.name === LETTER.failed);
      if (!waits) return [letter];
      return lateByMs === Infinity ? [] : [{ ...letter, atMs: letter.atMs + lateByMs }];
    });
  },
);

const whenLeft = remembered((life: readonly MachineLetter[], leftAtMs: number | undefined): readonly MachineLetter[] =>
  life.flatMap((letter) => {
    if (letter.name !== LETTER.left) return [letter];
    return leftAtMs === undefined ? [] : [{ ...letter, atMs: leftAtMs }];
  }),
);

const STAGE_LETTER = new RegExp(`^stage-\\d\\d-${STAGE}$`);
