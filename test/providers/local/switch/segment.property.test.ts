import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Link } from '#providers/local/switch/links.ts';
import { QUEUE_BYTES_MAX } from '#providers/local/switch/outlet.ts';
import { Segment } from '#providers/local/switch/segment.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { EVERYBODY, macOf, type TestFrame } from './support/test-frame.ts';
import { knownMachine, TestMachine } from './support/test-machine.ts';

const MACHINES = 4;
/** The largest piece that a sender gives in one step, and so can have under way when it is asked to wait. */
const PIECE_BYTES_MAX = 70_000;

const machine = fc.nat({ max: MACHINES - 1 });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('queue' as const),
      by: machine,
      to: fc.nat({ max: MACHINES }),
      bytes: fc.integer({ min: 18, max: 65_000 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      by: machine,
      bytes: fc.integer({ min: 1, max: PIECE_BYTES_MAX }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const), by: machine }) },
);
const steps = fc.array(step, { minLength: 30, maxLength: 250, size: 'max' });

test('between any two machines no frame is lost, doubled or overtaken, however slowly they take them', () => {
  const seen = { pauses: 0, delivered: 0 };
  fc.assert(
    fc.property(steps, (schedule) => {
      const segment = new Segment({ clock: new VirtualClock(), seed: 1 });
      const machines = startMachines(segment, true);
      const sent = run(machines, schedule);
      finish(machines);
      expect(receivedBy(machines)).toEqual(sent);
      expect(machines.map(({ port }) => port.outlet.bytes)).toEqual(machines.map(() => 0));
      seen.pauses += machines.reduce((sum, { pauses }) => sum + pauses, 0);
      seen.delivered += sent.flat(2).length;
    }),
    { numRuns: 150 },
  );
  // The schedules are such that senders did have to wait.
  expect(seen.pauses).toBeGreaterThan(50);
  expect(seen.delivered).toBeGreaterThan(1_000);
});

test('the same holds where frames take their time, by other rules for each pair, which change on the way', async () => {
  const latency = fc.record({
    latencyMs: fc.nat({ max: 40 }),
    jitterMs: fc.nat({ max: 40 }),
    rateMbits: fc.option(fc.integer({ min: 10, max: 1_000 }), { nil: undefined }),
  });
  const rules = fc.array(fc.record({ first: machine, second: machine, latency }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(steps, rules, rules, async (schedule, before, after) => {
      const clock = new VirtualClock();
      const segment = new Segment({ clock, seed: 1 });
      segment.know(Array.from({ length: MACHINES }, (_, index) => knownMachine(index)));
      const machines = startMachines(segment, true);
      const half = Math.floor(schedule.length / 2);
      const earlier = await runInTime({ clock, segment, machines, rules: before }, schedule.slice(0, half));
      const later = await runInTime({ clock, segment, machines, rules: after }, schedule.slice(half));
      for (let round = 0; round < 400 && !isDone(machines, earlier, later); round += 1) {
        finish(machines);
        await clock.advance(10);
      }
      expect(receivedBy(machines)).toEqual(joined(earlier, later));
    }),
    { numRuns: 40 },
  );
});

/** By sender and receiver: what was meant for the receiver, in order. */
type Sent = readonly (readonly (readonly number[])[])[];
type Step = typeof steps extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

function startMachines(segment: Segment, isSlow: boolean): readonly TestMachine[] {
  return Array.from({ length: MACHINES }, (_, index) => {
    const started = new TestMachine(segment, index);
    started.isSlow = isSlow;
    return started;
  });
}

function run(machines: readonly TestMachine[], schedule: readonly Step[]): Sent {
  const sent: TestFrame[] = [];
  for (const one of schedule) {
    take(machines, one, sent);
    for (const { port } of machines) {
      expect(port.outlet.bytes).toBeLessThan(QUEUE_BYTES_MAX + MACHINES * PIECE_BYTES_MAX);
    }
  }
  return byPair(sent);
}

function take(machines: readonly TestMachine[], one: Step, sent: TestFrame[]): void {
  const by = machines[one.by];
  if (by === undefined) return;
  if (one.do === 'queue') sent.push(by.queue(one.to === MACHINES ? EVERYBODY : macOf(one.to), one.bytes));
  else if (one.do === 'send') by.send(one.bytes);
  else by.takeOne();
}

interface Timed {
  readonly clock: VirtualClock;
  readonly segment: Segment;
  readonly machines: readonly TestMachine[];
  readonly rules: readonly { readonly first: number; readonly second: number; readonly latency: object }[];
}

async function runInTime({ clock, segment, machines, rules }: Timed, schedule: readonly Step[]): Promise<Sent> {
  segment.setLinks(
    rules.map(({ first, second, latency }) =>
      Link.parse({ between: [{ machine: `node-${first + 1}` }, { machine: `node-${second + 1}` }], ...latency }),
    ),
  );
  const sent: TestFrame[] = [];
  for (const one of schedule) {
    take(machines, one, sent);
    if (one.do === 'take') await clock.advance(3);
  }
  return byPair(sent);
}

/** Lets all that is still to be said be said, and taken. */
function finish(machines: readonly TestMachine[]): void {
  for (let moves = true; moves;) {
    const before = machines.reduce((sum, { outgoingBytes }) => sum + outgoingBytes, 0);
    for (const one of machines) one.send();
    const isTaking = machines.some(({ hasPending }) => hasPending);
    for (const one of machines) one.takeAll();
    const after = machines.reduce((sum, { outgoingBytes }) => sum + outgoingBytes, 0);
    moves = isTaking || after < before;
  }
}

function isDone(machines: readonly TestMachine[], ...sent: readonly Sent[]): boolean {
  const wanted = sent.flat(3).length;
  return receivedBy(machines).flat(2).length >= wanted;
}

/** What is flooded to others because nobody knows the receiver yet is not counted: only that it gets there. */
function receivedBy(machines: readonly TestMachine[]): Sent {
  return machines.map((from) =>
    machines.map((to) =>
      to.received
        .filter((frame) => frame.from === macOf(from.index))
        .filter((frame) => frame.to === EVERYBODY || frame.to === macOf(to.index))
        .map(({ sequence }) => sequence),
    ),
  );
}

function byPair(sent: readonly TestFrame[]): Sent {
  const all = Array.from({ length: MACHINES }, (_, index) => macOf(index));
  return all.map((from) =>
    all.map((to) =>
      sent
        .filter((frame) => frame.from === from && from !== to && (frame.to === to || frame.to === EVERYBODY))
        .map(({ sequence }) => sequence),
    ),
  );
}

function joined(earlier: Sent, later: Sent): Sent {
  return earlier.map((row, from) => row.map((one, to) => [...one, ...(later[from]?.[to] ?? [])]));
}
