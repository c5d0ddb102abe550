import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isMutating } from './cloud-protocol.ts';
import type { Command } from './cloud-blueprint.ts';
import type { RequestEntry } from './cloud-server.ts';
import { type Beginning, Laboratory } from './laboratory.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Interruption } from './worker-orders.ts';
import { lastWord, type WorkerProcess } from './worker-process.ts';

const MINUTES_MS = 60_000;
/** Everything about ten times shorter than usual, so that outwaiting a sleeper takes seconds. */
const SHORT = { policy: { ttlMs: 2_400, callTimeoutMs: 800, marginMs: 200, patienceMs: 30_000 }, callMs: 800 };
const PATIENCE = { timeout: MINUTES_MS, interval: 20 };

interface Scenario {
  readonly asleep: string;
  readonly command: Command;
  readonly interruption: Interruption;
  /** What the other one does meanwhile: mostly something else, so that each late deed of the sleeper would show. */
  readonly successor: Command;
}

const before = (write: number): Interruption => ({ moment: 'before-write', write, signal: 'SIGSTOP' });
const after = (write: number): Interruption => ({ moment: 'after-write', write, signal: 'SIGSTOP' });
const inCall = (write: number): Interruption => ({ moment: 'in-call', write, hold: 'after-effect' });

/** The first write opens the generation, the second the run, the third has the first intents. */
const SCENARIOS: readonly Scenario[] = [
  { asleep: 'before its first intent is durable', command: 'create', interruption: before(3), successor: 'create' },
  { asleep: 'after its first intent is durable', command: 'create', interruption: after(3), successor: 'create' },
  { asleep: 'with a create call in flight', command: 'create', interruption: inCall(6), successor: 'delete' },
  { asleep: 'before an update is durable', command: 'update', interruption: before(10), successor: 'create' },
  { asleep: 'after an update is durable', command: 'update', interruption: after(3), successor: 'delete' },
  { asleep: 'with an update call in flight', command: 'update', interruption: inCall(4), successor: 'create' },
  { asleep: 'after a deletion is durable', command: 'delete', interruption: after(3), successor: 'update' },
  { asleep: 'with a destroy call in flight', command: 'delete', interruption: inCall(9), successor: 'create' },
];

const expected = new Map<Command, Outcome>();
let created: Beginning;
let first: Laboratory;

beforeAll(async () => {
  first = await Laboratory.open();
  expected.set('create', await finish(first, 'create'));
  created = first.beginning;
  for (const command of ['update', 'delete'] as const) {
    await using copy = await Laboratory.open(created);
    expected.set(command, await finish(copy, command));
  }
}, 2 * MINUTES_MS);

afterAll(async () => {
  await first[Symbol.asyncDispose]();
});

test.concurrent.each(SCENARIOS)(
  'a holder that slept through its lease $asleep changes nothing when it wakes',
  { timeout: 3 * MINUTES_MS },
  async ({ command, interruption, successor }) => {
    await using laboratory = await Laboratory.open(command === 'create' ? undefined : created);
    const { server } = laboratory;
    const sleeper = laboratory.start({ command, interruption, ...SHORT, concurrency: 1 });
    server.onHeld = () => sleeper.signal('SIGSTOP');
    await vi.waitUntil(() => isStopped(sleeper), PATIENCE);

    const other = lastWord(await laboratory.run({ command: successor, wait: true, ...SHORT }));
    const files = await laboratory.stateFiles();
    const account = server.account.contents;
    const seenBefore = server.log.length;
    sleeper.signal('SIGCONT');
    for (const { release } of server.held) release();
    const end = await sleeper.ended;
    const said = lastWord(end);

    expect(other).toMatchObject({ ok: true, problems: [] });
    expect(outcomeOf(await laboratory.readState(), account)).toEqual(expected.get(successor));
    expect({ code: end.code, ok: said?.ok }).toEqual({ code: 1, ok: false });
    // It may notice first that what it was about is gone.
    expect(said?.problems.map((problem) => problem.code).join()).toMatch(
      /^(?:resource\.vanished,)*state\.(?:fenced|lease-expired)$/,
    );
    expect(server.log.slice(seenBefore).filter(isDeed)).toEqual([]);
    expect(server.account.contents).toEqual(account);
    expect(await laboratory.stateFiles()).toEqual(files);
  },
);

async function finish(laboratory: Laboratory, command: Command): Promise<Outcome> {
  expect(lastWord(await laboratory.run({ command }))).toMatchObject({ ok: true, problems: [] });
  return outcomeOf(await laboratory.readState(), laboratory.server.account.contents);
}

function isDeed({ request }: RequestEntry): boolean {
  return isMutating(request);
}

/** As the kernel sees it: a signal that was sent may not have arrived. */
function isStopped({ pid }: WorkerProcess): boolean {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).startsWith('T');
}
