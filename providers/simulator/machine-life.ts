import {
  type FailureReport,
  type Hello,
  LETTER,
  PROTOCOL_FORMAT,
  renewalAnswers,
  stageLetter,
  type StageReport,
  updateAnswers,
  UPDATES_BEFORE,
  Welcome,
} from '#host/protocol.ts';
import { certificateRequest } from './certificate-request.ts';
import { Chance } from './chance.ts';
import type { Fate } from './machine-fate.ts';
import { remembered } from './remembered.ts';

/** What a machine's life follows from. */
export interface Machine extends Milestones {
  /** Undefined: it has no stub, so it says nothing. */
  readonly stub?: MachineStub | undefined;
  /** Its mailbox has its name. */
  readonly box: string;
  readonly lifeSeed: number;
  readonly fate: Fate;
  /** When somebody asked for its end. */
  readonly terminatedAtMs?: number | undefined;
  /** Whenever somebody has switched it off, in order. */
  readonly pauses?: readonly Pause[] | undefined;
}

/** Nothing of it goes on meanwhile; where it left off it begins again. */
interface Pause {
  readonly fromMs: number;
  readonly stoppedAtMs: number;
  /** When somebody has switched it on again. */
  readonly startedAtMs?: number | undefined;
  readonly runningAtMs?: number | undefined;
}

/** What never comes is undefined. */
export interface Milestones {
  readonly runningAtMs?: number | undefined;
  readonly helloAtMs?: number | undefined;
  /** When it is terminated, by itself or on request. */
  readonly endsAtMs?: number | undefined;
}

interface MachineStub {
  readonly cluster: string;
  readonly bucket: string;
}

/** The program's letter, as it lies in the machine's box. */
export interface DeliveredWelcome {
  readonly body: string;
  readonly atMs: number;
  /** When it was asked to leave what it has become a member of. */
  readonly leaveAtMs?: number | undefined;
  /** When it was sent renewed certificates, by their letters. */
  readonly renewals?: readonly SentLetter[] | undefined;
  /** When it was told to run something else, by their letters. */
  readonly updates?: readonly SentLetter[] | undefined;
}

export interface SentLetter {
  readonly number: number;
  readonly atMs: number;
}

export interface MachineLetter {
  readonly name: string;
  readonly body: string;
  readonly atMs: number;
}

export type MachineState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

const PENDING_MS = [15_000, 20_000] as const;
const BOOT_MS = [9_000, 14_000] as const;
const CREDENTIALS_MS = [1_000, 10_000] as const;
const SHUTTING_DOWN_MS = [4_000, 20_000] as const;
const STOPPING_MS = [3_000, 30_000] as const;
const POLL_MS = [500, 2_500] as const;
const STAGE_MS = [3_000, 20_000] as const;
const SECOND_HELLO_AFTER_MS = 5_000;
const LEAVING_MS = [1_000, 12_000] as const;
const RENEWING_MS = [1_000, 450_000] as const;
const UPDATING_MS = [2_000, 90_000] as const;

interface Launched {
  readonly launchedAtMs: number;
  /** Undefined: it has none yet. */
  readonly roleSinceMs: number | undefined;
}

/** What is settled when it is launched. */
export function milestonesOf(
  machine: Omit<Machine, keyof Milestones>,
  { launchedAtMs, roleSinceMs }: Launched,
): Milestones {
  const { fate } = machine;
  const runningAtMs = launchedAtMs + strand(machine, 'launch').between(...PENDING_MS);
  if (fate.is === 'stillborn') return { endsAtMs: runningAtMs };
  return {
    runningAtMs,
    helloAtMs: roleSinceMs === undefined ? undefined : helloOf({ ...machine, runningAtMs }, roleSinceMs),
    endsAtMs: fate.is === 'vanishes' ? launchedAtMs + fate.afterMs : undefined,
  };
}

/** When it says hello that has had a role since then: what runs on it is given credentials some seconds later. */
export function helloOf(machine: Machine, roleSinceMs: number): number | undefined {
  const { fate, runningAtMs } = machine;
  if (fate.is === 'never-hello' || runningAtMs === undefined) return undefined;
  const lateMs = fate.is === 'late' ? fate.byMs : 0;
  const bootedAtMs = runningAtMs + strand(machine, 'boot').between(...BOOT_MS) + lateMs;
  return Math.max(bootedAtMs, roleSinceMs + strand(machine, 'credentials').between(...CREDENTIALS_MS));
}

/** The machine, once somebody has asked for its end. */
export function terminated<M extends Machine>(machine: M, nowMs: number): M {
  const goneAtMs = nowMs + strand(machine, 'shutting-down').between(...SHUTTING_DOWN_MS);
  return { ...machine, terminatedAtMs: nowMs, endsAtMs: Math.min(machine.endsAtMs ?? Infinity, goneAtMs) };
}

/** The state that EC2 reports. */
export function stateAt(machine: Machine, nowMs: number): MachineState {
  if (nowMs >= (machine.endsAtMs ?? Infinity)) return 'terminated';
  if (nowMs >= (machine.terminatedAtMs ?? Infinity)) return 'shutting-down';
  const pause = machine.pauses?.findLast(({ fromMs }) => nowMs >= fromMs);
  if (pause !== undefined) return stateIn(pause, nowMs);
  return nowMs >= (machine.runningAtMs ?? Infinity) ? 'running' : 'pending';
}

function stateIn({ stoppedAtMs, startedAtMs = Infinity, runningAtMs = Infinity }: Pause, nowMs: number): MachineState {
  if (nowMs < stoppedAtMs) return 'stopping';
  if (nowMs < startedAtMs) return 'stopped';
  return nowMs < runningAtMs ? 'pending' : 'running';
}

/** The machine, once somebody has switched it off. */
export function stopped<M extends Machine>(machine: M, nowMs: number): M {
  const { pauses = [] } = machine;
  const stoppedAtMs = nowMs + strand(machine, `stop ${pauses.length}`).between(...STOPPING_MS);
  return { ...machine, pauses: [...pauses, { fromMs: nowMs, stoppedAtMs }] };
}

/** The machine, once somebody has switched it on again. */
export function started<M extends Machine>(machine: M, nowMs: number): M {
  const earlier = machine.pauses?.slice(0, -1) ?? [];
  const last = machine.pauses?.at(-1);
  if (last === undefined) return machine;
  const runningAtMs = nowMs + strand(machine, `start ${earlier.length}`).between(...PENDING_MS);
  return { ...machine, pauses: [...earlier, { ...last, startedAtMs: nowMs, runningAtMs }] };
}

/** When that comes about which would have at a moment, had the machine never been off. */
function afterPauses({ pauses = [] }: Machine, atMs: number): number {
  return pauses.reduce(
    (moment, { fromMs, runningAtMs = Infinity }) => (moment < fromMs ? moment : moment + runningAtMs - fromMs),
    atMs,
  );
}

/** When it takes the welcome out of its box and starts with the stages; undefined: never. */
export function takesWelcomeAtMs(machine: Machine, welcomeAtMs: number): number | undefined {
  const atMs = wouldTakeWelcomeAtMs(machine, welcomeAtMs);
  return atMs === undefined ? undefined : afterPauses(machine, atMs);
}

function wouldTakeWelcomeAtMs(machine: Machine, welcomeAtMs: number): number | undefined {
  if (machine.stub === undefined || machine.helloAtMs === undefined) return undefined;
  return Math.max(machine.helloAtMs, welcomeAtMs) + strand(machine, 'poll').between(...POLL_MS);
}

/** The letters it has left in its box by now, in the order in which it wrote them. */
export function lettersBy(machine: Machine, welcome: DeliveredWelcome | undefined, nowMs: number): MachineLetter[] {
  const lastMs = lastWordMs(machine, nowMs);
  return lettersOfLife(machine, welcome).filter(({ atMs }) => atMs <= lastMs);
}

/** Nothing that is later has been written by now. */
export function lastWordMs({ endsAtMs = Infinity, terminatedAtMs = Infinity }: Machine, nowMs: number): number {
  return Math.min(nowMs, endsAtMs, terminatedAtMs);
}

/** All that it will ever write, should it live. */
export const lettersOfLife = remembered(
  (machine: Machine, welcome: DeliveredWelcome | undefined): readonly MachineLetter[] =>
    [
      ...helloLetters(machine),
      ...(welcome === undefined ? [] : stageLetters(machine, welcome)),
      ...(welcome?.leaveAtMs === undefined ? [] : [leftLetter(machine, welcome.leaveAtMs)]),
      ...(welcome?.renewals ?? []).map((sent) => renewedLetter(machine, sent)),
      ...(welcome === undefined ? [] : heardUpdates(welcome)).map((sent) => updatedLetter(machine, sent)),
    ].map((letter) => ({ ...letter, atMs: afterPauses(machine, letter.atMs) })),
);

/** Whoever was asked to leave says so when it has left. */
export function leftLetter(machine: Pick<Machine, 'lifeSeed' | 'box'>, askedAtMs: number): MachineLetter {
  const body = JSON.stringify({ format: PROTOCOL_FORMAT, box: machine.box });
  return { name: LETTER.left, body, atMs: askedAtMs + strand(machine, 'leave').between(...LEAVING_MS) };
}

/** Whoever is sent renewed certificates says so when it has taken them. */
export function renewedLetter(machine: Pick<Machine, 'lifeSeed' | 'box'>, { number, atMs }: SentLetter): MachineLetter {
  const { renewed: name } = renewalAnswers(number);
  const body = JSON.stringify({ format: PROTOCOL_FORMAT, box: machine.box });
  return { name, body, atMs: atMs + strand(machine, name).between(...RENEWING_MS) };
}

/** They are awaited in the order of their numbers: one before which another lacks is never asked for. */
function heardUpdates({ body, updates = [] }: DeliveredWelcome): readonly SentLetter[] {
  if (updates.length === 0) return [];
  const before = Number(readWelcome(body)?.settings[UPDATES_BEFORE] ?? 0);
  const numbers = new Set(updates.map(({ number }) => number));
  let last = before;
  while (numbers.has(last + 1)) last += 1;
  return updates.filter(({ number }) => number > before && number <= last);
}

/** Whoever is told to run something else says so when it does. */
export function updatedLetter(machine: Pick<Machine, 'lifeSeed' | 'box'>, { number, atMs }: SentLetter): MachineLetter {
  const { updated: name } = updateAnswers(number);
  const body = JSON.stringify({ format: PROTOCOL_FORMAT, box: machine.box });
  return { name, body, atMs: atMs + strand(machine, name).between(...UPDATING_MS) };
}

function helloLetters(machine: Machine): MachineLetter[] {
  const { stub, helloAtMs } = machine;
  if (stub === undefined || helloAtMs === undefined) return [];
  const first = { name: LETTER.hello, body: helloBody(machine, 'keys'), atMs: helloAtMs };
  if (machine.fate.is !== 'hello-twice') return [first];
  return [first, { ...first, body: helloBody(machine, 'other keys'), atMs: helloAtMs + SECOND_HELLO_AFTER_MS }];
}

/** One that is forged speaks for the neighbour in all it says, or in its certificate requests alone. */
function helloBody(machine: Machine, keys: string): string {
  const chance = strand(machine, keys);
  const isForged = machine.fate.is === 'forged-hello';
  const claimed = isForged ? otherBox(machine.box) : machine.box;
  const box = isForged && strand(machine, 'forgery').happens(0.5) ? machine.box : claimed;
  const sshHost = `ssh-ed25519 ${Buffer.from(`00000bssh-ed25519${chance.hex(64)}`).toString('base64')}`;
  const overlay = Buffer.from(chance.hex(64), 'hex').toString('base64');
  const request = certificateRequest(claimed, chance);
  const requests = Object.fromEntries(PURPOSES.map((purpose) => [purpose, request]));
  const hello: Hello = { format: PROTOCOL_FORMAT, box, keys: { sshHost, overlay }, requests };
  return JSON.stringify(hello);
}

/**
 * Whatever it is to become, it asks for all that there is: a certificate is made for what its role needs alone. One key is
 * behind all of them, since nobody looks into a machine that is only played, and keys are what its life costs most.
 */
const PURPOSES = [
  'etcd',
  'apiserver',
  'apiserver-etcd',
  'front-proxy',
  'controller-manager',
  'scheduler',
  'services',
  'kubelet',
  'proxy',
] as const;

/** One that could well be a neighbour's. */
function otherBox(box: string): string {
  return box.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
}

function stageLetters(machine: Machine, delivered: DeliveredWelcome): MachineLetter[] {
  const { fate, stub } = machine;
  const startMs = wouldTakeWelcomeAtMs(machine, delivered.atMs);
  if (stub === undefined || startMs === undefined) return [];
  const welcome = readWelcome(delivered.body);
  if (welcome === undefined || welcome.cluster !== stub.cluster) {
    return [
      failure(machine, { stage: LETTER.welcome, reason: 'The welcome is not one for this machine', atMs: startMs }),
    ];
  }
  const { stages } = welcome;
  const chance = strand(machine, 'stages');
  const endsEarlyAt = fate.is === 'stage-fails' || fate.is === 'hangs' ? Math.floor(fate.at * stages.length) : Infinity;
  const letters: MachineLetter[] = [];
  let atMs = startMs;
  for (const [index, stage] of stages.entries()) {
    const tookMs = stageMs(chance);
    atMs += tookMs;
    if (index === endsEarlyAt && fate.is === 'hangs') return letters;
    if (index === endsEarlyAt) return [...letters, failure(machine, { stage, reason: `${stage} failed`, atMs })];
    const report: StageReport = { format: PROTOCOL_FORMAT, box: machine.box, stage, tookMs: Math.round(tookMs) };
    letters.push({ name: stageLetter(stages, stage), body: JSON.stringify(report), atMs });
  }
  return fate.is === 'lies' ? letters.slice(-1).map((last) => ({ ...last, atMs: startMs })) : letters;
}

/** Mostly short, sometimes long. */
function stageMs(chance: Chance): number {
  const [least, most] = STAGE_MS;
  return least + chance.float() ** 2 * (most - least);
}

function readWelcome(body: string): Welcome | undefined {
  try {
    return Welcome.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

interface Failure {
  readonly stage: string;
  readonly reason: string;
  readonly atMs: number;
}

function failure({ box }: Machine, { stage, reason, atMs }: Failure): MachineLetter {
  const lastLines = [
    `bootstrap-stage[1]: ${stage}: started`,
    `bootstrap-stage[1]: ${stage}: connection refused, trying again`,
    `bootstrap-stage[1]: ${stage}: gave up: ${reason}`,
  ];
  const report: FailureReport = { format: PROTOCOL_FORMAT, box, stage, reason, lastLines };
  return { name: LETTER.failed, body: JSON.stringify(report), atMs };
}

function strand({ lifeSeed, box }: Pick<Machine, 'lifeSeed' | 'box'>, part: string): Chance {
  return Chance.of(String(lifeSeed), box, part);
}
