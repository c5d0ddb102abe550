import { describe, expect, test } from 'vitest';
import { FORGET_AFTER_MS } from '#providers/local/switch/address-table.ts';
import { wireFrameOf } from '#providers/local/switch/frame-codec.ts';
import { Link } from '#providers/local/switch/links.ts';
import { QUEUE_BYTES_MAX, STUCK_AFTER_MS } from '#providers/local/switch/outlet.ts';
import { Segment, type SegmentEvent } from '#providers/local/switch/segment.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { EVERYBODY, macOf, readTestFrame, writeTestFrame } from './support/test-frame.ts';
import { knownMachine, TestMachine } from './support/test-machine.ts';

const IP_MULTICAST = 0x01_00_5e_00_00_fb;
const FRAME_BYTES = 1_500;

function start(count: number) {
  const clock = new VirtualClock();
  const events: SegmentEvent[] = [];
  const segment = new Segment({ clock, seed: 7, tell: (event) => events.push(event) });
  const machines = Array.from({ length: count }, (_, index) => new TestMachine(segment, index));
  const [first, second, third] = machines;
  if (first === undefined || second === undefined || third === undefined) throw new TypeError('Three at least.');
  return { clock, events, segment, machines, first, second, third };
}

describe('a frame', () => {
  test('goes to the port where its receiver was last heard, and nowhere else', () => {
    const { first, second, third } = start(3);
    second.say(macOf(0));
    const frame = first.say(macOf(1));
    expect(second.received).toEqual([frame]);
    expect(third.received.map(({ from }) => from)).toEqual([macOf(1)]);
  });

  test.each([
    ['for everybody', EVERYBODY],
    ['for a group', IP_MULTICAST],
    ['for nobody that is known', macOf(40)],
  ])('%s goes everywhere but back', (_who, to) => {
    const { first, second, third } = start(3);
    const frame = first.say(to);
    expect([first.received, second.received, third.received]).toEqual([[], [frame], [frame]]);
  });

  test('for its own sender goes nowhere', () => {
    const { first, second, third } = start(3);
    first.say(EVERYBODY);
    first.say(macOf(0));
    expect([first, second, third].map(({ received }) => received.length)).toEqual([0, 1, 1]);
  });

  test('that is too short for one is dropped and counted', () => {
    const { segment, first, second } = start(3);
    segment.receive(first.port, [wireFrameOf(Buffer.alloc(13))]);
    expect(first.port.tally).toMatchObject({ malformed: 1, framesReceived: 0 });
    expect(second.received).toEqual([]);
  });
});

describe('an address', () => {
  test('moves with its machine to another port', () => {
    const { segment, first, second } = start(3);
    second.say(EVERYBODY);
    const again = new TestMachine(segment, 1);
    again.say(EVERYBODY);
    first.received.length = 0;
    const frame = first.say(macOf(1));
    expect(again.received).toEqual([frame]);
    expect(second.received.filter(({ to }) => to === macOf(1))).toEqual([]);
  });

  test('is forgotten with its port: what is for it goes everywhere', () => {
    const { segment, first, second, third } = start(3);
    second.say(EVERYBODY);
    segment.detach(second.port);
    const frame = first.say(macOf(1));
    expect(third.received.at(-1)).toEqual(frame);
  });

  test('is forgotten when nothing was heard of it for five minutes, and not before', async () => {
    const { clock, first, second, third } = start(3);
    second.say(EVERYBODY);
    await clock.advance(FORGET_AFTER_MS);
    first.say(macOf(1));
    expect(third.received).toHaveLength(1);
    await clock.advance(1);
    first.say(macOf(1));
    expect(third.received).toHaveLength(2);
  });
});

test('an address that is heard again and again is never forgotten', async () => {
  const { clock, first, second, third } = start(3);
  for (let minute = 0; minute < 12; minute += 1) {
    second.say(EVERYBODY);
    await clock.advance(60_000);
  }
  third.received.length = 0;
  const frame = first.say(macOf(1));
  expect(second.received).toEqual([frame]);
  expect(third.received).toEqual([]);
});

describe('a trunk', () => {
  test('brings frames to machines and takes theirs, but none from another trunk', () => {
    const { segment, first } = start(3);
    const arrived: string[] = [];
    const [left, right] = ['left', 'right'].map((name) =>
      segment.attach({
        kind: 'trunk',
        write(batch, taken) {
          arrived.push(...batch.map((frame) => `${name} ${readTestFrame(frame).sequence}`));
          taken();
        },
        pause: () => undefined,
        resume: () => undefined,
      }),
    );
    first.say(EVERYBODY);
    expect(arrived).toEqual(['left 1', 'right 1']);
    const frame = { from: macOf(9), to: EVERYBODY, sequence: 1 };
    if (left === undefined || right === undefined) throw new TypeError('There are two.');
    segment.receive(left, [writeTestFrame(frame)]);
    expect(first.received).toEqual([frame]);
    expect(arrived).toHaveLength(2);
  });
});

describe('whoever takes nothing', () => {
  test('holds the others up for a second, then loses its own frames and no others', async () => {
    const { clock, events, first, second, third } = start(3);
    second.say(EVERYBODY);
    third.say(EVERYBODY);
    second.isSlow = true;
    while (!first.isPaused) first.say(macOf(1), FRAME_BYTES);
    await clock.advance(STUCK_AFTER_MS - 1);
    expect(first.isPaused).toBe(true);
    await clock.advance(1);
    expect(first.isPaused).toBe(false);
    expect(events.at(-1)).toMatchObject({ type: 'stuck', port: second.port });
    const before = third.received.length;
    for (let frame = 0; frame < 100; frame += 1) first.say(EVERYBODY, FRAME_BYTES);
    expect(third.received.length - before).toBe(100);
    expect(second.port.tally.dropped).toBe(100);
    second.isSlow = false;
    second.takeAll();
    expect(events.at(-1)).toMatchObject({ type: 'free', port: second.port });
    const frame = first.say(macOf(1));
    expect(second.received.at(-1)).toEqual(frame);
  });

  test('is waited for as long as it takes anything at all', async () => {
    const { clock, first, second } = start(3);
    second.say(EVERYBODY);
    second.isSlow = true;
    const sent = [];
    while (!first.isPaused) sent.push(first.say(macOf(1), FRAME_BYTES));
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(STUCK_AFTER_MS - 10);
      expect(first.isPaused).toBe(true);
      second.takeOne();
    }
    second.isSlow = false;
    second.takeAll();
    expect(first.isPaused).toBe(false);
    expect(second.received.filter(({ to }) => to === macOf(1))).toEqual(sent);
  });

  test('holds nobody any more when its port goes', () => {
    const { segment, first, second } = start(3);
    second.say(EVERYBODY);
    second.isSlow = true;
    while (!first.isPaused) first.say(macOf(1), FRAME_BYTES);
    segment.detach(second.port);
    expect(first.isPaused).toBe(false);
  });

  test('lets a machine that sends to somebody else alone', () => {
    const { first, second, third } = start(3);
    second.say(EVERYBODY);
    third.say(EVERYBODY);
    second.isSlow = true;
    while (!first.isPaused) first.say(macOf(1), FRAME_BYTES);
    expect(second.port.outlet.bytes).toBeGreaterThanOrEqual(QUEUE_BYTES_MAX);
    const frame = third.say(macOf(0));
    expect(third.isPaused).toBe(false);
    expect(first.received.at(-1)).toEqual(frame);
  });
});

describe('the account of a machine', () => {
  test('goes on over a new connection, and names those that are on the list', () => {
    const { segment, events, first, second } = start(3);
    segment.know([knownMachine(0), knownMachine(1), knownMachine(30)]);
    expect(segment.strangers).toBe(3);
    first.say(EVERYBODY);
    second.say(EVERYBODY);
    expect(segment.strangers).toBe(1);
    segment.detach(second.port);
    new TestMachine(segment, 1).say(EVERYBODY);
    const status = segment.status();
    expect(status.map(({ name, isConnected, framesReceived }) => [name, isConnected, framesReceived])).toEqual([
      ['node-1', true, 1],
      ['node-2', true, 2],
      ['node-31', false, 0],
    ]);
    expect(status[0]).toMatchObject({ framesSent: 2, bytesSent: 44, lost: 0, cut: 0, dropped: 0 });
    expect(events.map(({ type }) => type)).toEqual(['machine-found', 'machine-found', 'machine-gone', 'machine-found']);
  });

  test('is given to a machine that comes back before its old connection was seen to end', () => {
    const { segment, first, second } = start(3);
    segment.know([knownMachine(0), knownMachine(1)]);
    second.say(EVERYBODY);
    first.say(macOf(1));
    const again = new TestMachine(segment, 1);
    again.say(EVERYBODY);
    segment.detach(second.port);
    first.say(macOf(1));
    expect(segment.status()[1]).toMatchObject({ isConnected: true, framesReceived: 2, framesSent: 2 });
  });

  test('begins with the list: who was heard before is recognised when it is told', () => {
    const { segment, first } = start(3);
    first.say(EVERYBODY);
    segment.setLinks([Link.parse({ between: [{ zone: 'local-1a' }, { zone: 'local-1b' }], isCut: true })]);
    segment.know([knownMachine(0)]);
    expect(segment.strangers).toBe(2);
    expect(segment.status()[0]).toMatchObject({ name: 'node-1', isConnected: true, framesReceived: 1 });
  });
});
