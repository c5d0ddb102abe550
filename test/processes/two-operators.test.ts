import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isMutating } from './cloud-protocol.ts';
import type { CloudServer } from './cloud-server.ts';
import { type Beginning, Laboratory } from './laboratory.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { lastWord } from './worker-process.ts';

const MINUTES_MS = 60_000;
const PATIENCE = { timeout: MINUTES_MS, interval: 20 };

let first: Laboratory;
let created: Beginning;
let expected: Outcome;
let effectsOfCreate: number;

beforeAll(async () => {
  first = await Laboratory.open();
  const end = lastWord(await first.run({ command: 'create' }));
  if (end?.ok !== true) throw new TypeError('Nobody disturbed it, and it failed.');
  created = first.beginning;
  expected = outcomeOf(await first.readState(), first.server.account.contents);
  effectsOfCreate = effects(first.server);
}, 2 * MINUTES_MS);

afterAll(async () => {
  await first[Symbol.asyncDispose]();
});

test.each([2, 5])(
  '%i operators who create at once all end well, and every effect happens once',
  async (operators) => {
    await using laboratory = await Laboratory.open();
    const { server } = laboratory;
    const workers = Array.from({ length: operators }, () => laboratory.start({ command: 'create', wait: true }));
    const ends = await Promise.all(workers.map(({ ended }) => ended));
    for (const end of ends) expect(lastWord(end)).toMatchObject({ ok: true, problems: [] });
    expect(effects(server)).toBe(effectsOfCreate);
    expect(new Set(server.log.filter(({ request }) => isMutating(request)).map(({ process }) => process)).size).toBe(1);
    expect(outcomeOf(await laboratory.readState(), server.account.contents)).toEqual(expected);
  },
  2 * MINUTES_MS,
);

test(
  'an operator who does not want to wait is told who holds the lease, and touches nothing',
  async () => {
    await using laboratory = await Laboratory.open();
    const { server } = laboratory;
    const holder = laboratory.start({
      command: 'create',
      interruption: { moment: 'in-call', write: 5, hold: 'after-effect' },
    });
    await vi.waitUntil(() => server.held.length > 0, PATIENCE);
    const refused = laboratory.start({ command: 'delete' });
    const end = await refused.ended;
    const { code, lines } = end;
    for (const { release } of server.held) release();
    expect(code).toBe(1);
    expect(lines.length).toBe(1);
    const { problems = [], ...rest } = lastWord(end) ?? {};
    expect(rest).toEqual({ type: 'end', ok: false, journalWrites: 0 });
    expect(problems.map((problem) => problem.code)).toEqual(['state.lease-held']);
    expect(problems[0]?.detail).toContain(`(process ${holder.pid}) has held it`);
    expect(server.log.filter(({ process }) => process === refused.pid)).toEqual([]);
    expect(lastWord(await holder.ended)).toMatchObject({ ok: true, problems: [] });
    expect(outcomeOf(await laboratory.readState(), server.account.contents)).toEqual(expected);
  },
  2 * MINUTES_MS,
);

test(
  'an operator who waits goes on when the holder is killed',
  async () => {
    await using laboratory = await Laboratory.open();
    const { server } = laboratory;
    const holder = laboratory.start({
      command: 'create',
      interruption: { moment: 'in-call', write: 7, hold: 'after-effect' },
    });
    await vi.waitUntil(() => server.held.length > 0, PATIENCE);
    const heir = laboratory.start({ command: 'create', wait: true });
    await vi.waitUntil(() => heir.countPrinted('lease-waiting') > 0, PATIENCE);
    const waits = heir.countPrinted('lease-waiting');
    holder.signal('SIGKILL');
    expect(lastWord(await heir.ended)).toMatchObject({ ok: true, problems: [] });
    // A dead holder is not outwaited: at most one more look had begun while it was alive.
    expect(heir.countPrinted('lease-waiting')).toBeLessThanOrEqual(waits + 1);
    expect(effects(server)).toBe(effectsOfCreate);
    expect(outcomeOf(await laboratory.readState(), server.account.contents)).toEqual(expected);
  },
  2 * MINUTES_MS,
);

test(
  'two operators with different wishes take turns, and the state is what the last one wished',
  async () => {
    await using laboratory = await Laboratory.open(created);
    const updating = laboratory.start({
      command: 'update',
      wait: true,
      interruption: { moment: 'in-call', write: 5, hold: 'after-effect' },
    });
    await vi.waitUntil(() => laboratory.server.held.length > 0, PATIENCE);
    const restoring = laboratory.start({ command: 'create', wait: true });
    await vi.waitUntil(() => restoring.countPrinted('lease-waiting') > 0, PATIENCE);
    for (const { release } of laboratory.server.held) release();
    expect(lastWord(await updating.ended)).toMatchObject({ ok: true, problems: [] });
    expect(lastWord(await restoring.ended)).toMatchObject({ ok: true, problems: [] });
    expect(outcomeOf(await laboratory.readState(), laboratory.server.account.contents)).toEqual(expected);
  },
  2 * MINUTES_MS,
);

function effects({ log }: CloudServer): number {
  return log.filter(({ hadEffect }) => hadEffect).length;
}
