import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { problem } from '#engine/problem.ts';
import type { RunningProgram } from '#std/programs.ts';
import { unlessAbsent } from '../acts.ts';
import type { LocalWorld } from '../local-world.ts';
import { canReconnect, forwardRule, hostSide, machineArguments, OUTSIDE } from './arguments.ts';
import { type InstalledQemu, lastLine } from './installed-qemu.ts';
import type { Forward, MachineForm } from './machine-form.ts';
import { Monitor } from './monitor.ts';
import { lookUntil } from './patience.ts';

type Ground = Pick<LocalWorld, 'clock' | 'files' | 'disk' | 'programs' | 'sockets'>;

/** By which a process is known for the machine's own. */
export type MachineTrace = Pick<MachineForm, 'pidFile' | 'uuid'>;
export type MachineDesk = Pick<MachineForm, 'pidFile' | 'uuid' | 'monitor'>;

/** Something else on this workstation has a port that was to lead to the machine. */
export class PortTaken extends CallError {
  readonly port: number;

  constructor(port: number) {
    super({ outcome: 'rejected', reason: 'exists', message: `Port ${port} of this workstation is taken.` });
    this.port = port;
  }
}

const LOOK_EVERY_MS = 50;
/** From its start to the moment when it can be spoken with, on a workstation that has much to do. */
const START_MS = 60_000;

/** A machine that has much to put in order takes long to go, the more so when it is emulated. */
const POWER_DOWN_MS = 90_000;
const QUIT_MS = 5_000;
const TERMINATE_MS = 5_000;
const KILL_MS = 10_000;

const LOG_BYTES = 2_000;

/**
 * Starts the machine, or finds that it runs. Two that start it at the same time end up with one process: QEMU takes a lock
 * on its pid file before it touches anything else.
 */
export async function startMachine(world: Ground, qemu: InstalledQemu, form: MachineForm): Promise<RunningProgram> {
  const running = await findMachine(world, form);
  if (running !== undefined) return running;
  if (form.boot === undefined && form.architecture === 'arm64' && qemu.firmware === undefined) {
    throw problem('local.firmware-missing', { detail: `${qemu.title} has no firmware that starts disks of arm64.` });
  }
  if (!canReconnect(qemu.version)) await refuseWithoutSegment(world, form.segment.socket);
  const logged = (await world.disk.size(form.programLog)) ?? 0;
  const begun = await world.programs.launch(qemu.system, machineArguments(form, qemu), { output: form.programLog });
  const outcome = await lookUntil(world, { patienceMs: START_MS, everyMs: LOOK_EVERY_MS }, async () => {
    if (await isRunning(world, form.monitor)) return 'started';
    return (await isGone(world, begun)) ? 'gone' : undefined;
  });
  if (outcome === undefined) {
    await world.programs.signal(begun, 'SIGKILL');
    const message = `${qemu.title} did not start the machine in ${START_MS / 1_000} s and was ended.`;
    throw new CallError({ outcome: 'rejected', message });
  }
  // When ours has gone and there is one, somebody else was faster: that one is the machine.
  const started = await findMachine(world, form);
  if (started !== undefined) return started;
  for (const { hostPort } of form.outside.forwards) {
    if (!(await world.sockets.isFree(hostPort))) throw new PortTaken(hostPort);
  }
  throw await neverStarted(world, form.programLog, logged);
}

/** Its process, even while it is only beginning and has no pid file; undefined: it does not run. */
export async function findMachine(
  { files, programs }: Pick<Ground, 'files' | 'programs'>,
  { pidFile, uuid }: MachineTrace,
): Promise<RunningProgram | undefined> {
  const text = await unlessAbsent(() => files.read(pidFile));
  const pid = Number.parseInt(text ?? '', 10);
  const named = Number.isInteger(pid) ? await programs.look(pid) : undefined;
  if (named !== undefined && isMachine(named, uuid)) return named;
  return (await programs.list()).find((program) => isMachine(program, uuid));
}

/** As with its button; one that does not go by it in time is switched off. */
export async function powerDown(
  world: Ground,
  desk: MachineDesk,
  signal: AbortSignal,
  patienceMs = POWER_DOWN_MS,
): Promise<void> {
  const running = await findMachine(world, desk);
  if (running === undefined) return;
  const hasHeard = await tell(world, desk, 'system_powerdown', () => true);
  if (hasHeard === true && (await isGoneWithin(world, running, { patienceMs, signal }))) return;
  await endMachine(world, desk, signal);
}

/** At once, as by pulling the plug. No process of it is left then, nor its pid file. */
export async function endMachine(world: Ground, desk: MachineDesk, signal: AbortSignal): Promise<void> {
  let running = await findMachine(world, desk);
  while (running !== undefined) {
    await endProcess(world, desk, { running, signal });
    running = await findMachine(world, desk);
  }
  await world.files.remove(desk.pidFile);
  await world.files.remove(desk.monitor);
}

/** As an accident would: nothing is put in order, and its pid file stays. */
export async function killMachine(world: Ground, trace: MachineTrace, signal: AbortSignal): Promise<void> {
  const running = await findMachine(world, trace);
  if (running === undefined) return;
  await world.programs.signal(running, 'SIGKILL');
  if (!(await isGoneWithin(world, running, { patienceMs: KILL_MS, signal }))) throw hangs(running);
}

/** While it runs; that it is open already is fine. */
export async function openPort(world: Ground, monitor: string, forward: Forward): Promise<void> {
  await using desk = await Monitor.open(world, monitor);
  const isOpen = await hasRule(desk, forward);
  if (isOpen) return;
  if (!(await world.sockets.isFree(forward.hostPort))) throw new PortTaken(forward.hostPort);
  const answer = await desk.say(`hostfwd_add ${OUTSIDE} ${forwardRule(forward)}`);
  if (answer === '') return;
  if (!(await world.sockets.isFree(forward.hostPort))) throw new PortTaken(forward.hostPort);
  throw new CallError({ outcome: 'rejected', reason: 'invalid', message: `QEMU: ${answer}` });
}

/** While it runs; that it is not open is fine. */
export async function closePort(world: Ground, monitor: string, forward: Forward): Promise<void> {
  await using desk = await Monitor.open(world, monitor);
  if (await hasRule(desk, forward)) await desk.say(`hostfwd_remove ${OUTSIDE} ${hostSide(forward)}`);
}

/** It would start all the same, and never hear of the others. */
async function refuseWithoutSegment({ sockets }: Ground, socket: string): Promise<void> {
  try {
    (await sockets.connect({ path: socket })).destroy();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new CallError({ outcome: 'not-yet', message: 'The switch of its segment does not answer.', cause });
  }
}

/** A row of what QEMU says of its ports: `TCP[HOST_FORWARD]  11  127.0.0.1 20022  10.0.2.15  22  0  0`. */
const RULE = /\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+(\d+)\s/g;

async function hasRule(desk: Monitor, { hostPort, guestPort }: Forward): Promise<boolean> {
  const rules = (await desk.say('info usernet')).matchAll(RULE);
  return [...rules].some(([, host, guest]) => Number(host) === hostPort && Number(guest) === guestPort);
}

function isMachine({ command }: RunningProgram, uuid: string): boolean {
  return command.some((word, place) => word === '-uuid' && command[place + 1] === uuid);
}

const Status = z.object({ running: z.boolean() });

/** It answers only when all of the machine has been made: a port that is taken has shown itself by then. */
async function isRunning(world: Ground, monitor: string): Promise<boolean> {
  return (await tell(world, { monitor }, 'query-status', (answer) => Status.parse(answer).running)) ?? false;
}

/** Undefined: it could not be told, or did not answer. */
async function tell<T>(
  world: Ground,
  { monitor }: Pick<MachineDesk, 'monitor'>,
  command: string,
  understand: (answer: unknown) => T,
): Promise<T | undefined> {
  try {
    await using desk = await Monitor.open(world, monitor);
    return understand(await desk.execute(command));
  } catch (error) {
    if (error instanceof CallError || isSystemError(error)) return undefined;
    throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

interface Ending {
  readonly running: RunningProgram;
  readonly signal: AbortSignal;
}

async function endProcess(world: Ground, desk: MachineDesk, { running, signal }: Ending): Promise<void> {
  const ways = [
    { patienceMs: QUIT_MS, act: () => tell(world, desk, 'quit', () => true) },
    { patienceMs: TERMINATE_MS, act: () => send(world, running, 'SIGTERM') },
    { patienceMs: KILL_MS, act: () => send(world, running, 'SIGKILL') },
  ];
  for (const { patienceMs, act } of ways) {
    const hasHeard = await act();
    if (hasHeard === true && (await isGoneWithin(world, running, { patienceMs, signal }))) return;
  }
  throw hangs(running);
}

async function send({ programs }: Ground, running: RunningProgram, signal: 'SIGTERM' | 'SIGKILL'): Promise<true> {
  await programs.signal(running, signal);
  return true;
}

async function isGoneWithin(
  world: Ground,
  running: RunningProgram,
  { patienceMs, signal }: { readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const gone = await lookUntil(world, { patienceMs, everyMs: LOOK_EVERY_MS, signal }, async () =>
    (await isGone(world, running)) ? true : undefined,
  );
  return gone ?? false;
}

async function isGone({ programs }: Pick<Ground, 'programs'>, { pid, start }: RunningProgram): Promise<boolean> {
  return (await programs.look(pid))?.start !== start;
}

function hangs({ pid }: RunningProgram): CallError {
  const message = `Process ${pid} of the machine does not end, not even by force: it hangs in the kernel.`;
  return new CallError({ outcome: 'ambiguous', message });
}

async function neverStarted({ disk }: Ground, programLog: string, logged: number): Promise<CallError> {
  const size = (await disk.size(programLog)) ?? 0;
  const said = new TextDecoder().decode(await disk.tail(programLog, Math.min(size - logged, LOG_BYTES)));
  return new CallError({
    outcome: 'rejected',
    reason: 'invalid',
    message: lastLine(said) || 'QEMU ended without a word.',
  });
}
