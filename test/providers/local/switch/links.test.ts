import { describe, expect, test } from 'vitest';
import { effectsBetween, Link, type LinkInput } from '#providers/local/switch/links.ts';
import { Segment } from '#providers/local/switch/segment.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { EVERYBODY, macOf, type TestFrame } from './support/test-frame.ts';
import { knownMachine, TestMachine } from './support/test-machine.ts';

const here = knownMachine(0, { region: 'local-1', zone: 'local-1a' });
const beside = knownMachine(1, { region: 'local-1', zone: 'local-1b' });
const far = knownMachine(2, { region: 'local-2', zone: 'local-2a' });
const FRAMES = 4_000;

describe('a rule', () => {
  const cut = (between: LinkInput['between'], oneWay = false): Link => Link.parse({ between, oneWay, isCut: true });

  test.each<[string, Link, readonly [boolean, boolean, boolean]]>([
    ['of two regions', cut([{ region: 'local-1' }, { region: 'local-2' }]), [false, true, true]],
    ['of two zones', cut([{ zone: 'local-1a' }, { zone: 'local-1b' }]), [true, false, false]],
    ['of one machine and everybody', cut([{ machine: 'node-3' }, {}]), [false, true, true]],
    ['of one zone and another region', cut([{ zone: 'local-1b' }, { region: 'local-2' }]), [false, false, true]],
    ['of everybody', cut([{}, {}]), [true, true, true]],
    [
      'of a machine in a zone that it is not in',
      cut([{ machine: 'node-1', zone: 'local-1b' }, {}]),
      [false, false, false],
    ],
    ['of a region within itself', cut([{ region: 'local-1' }, { region: 'local-1' }]), [true, false, false]],
  ])('%s is about exactly those', (_what, link, expected) => {
    const pairs = [
      [here, beside],
      [here, far],
      [beside, far],
    ] as const;
    expect(pairs.map(([from, to]) => effectsBetween([link], from, to).isCut)).toEqual(expected);
    expect(pairs.map(([from, to]) => effectsBetween([link], to, from).isCut)).toEqual(expected);
  });

  test('of one way leaves the other alone', () => {
    const link = cut([{ region: 'local-1' }, { region: 'local-2' }], true);
    expect(effectsBetween([link], here, far).isCut).toBe(true);
    expect(effectsBetween([link], far, here).isCut).toBe(false);
  });

  test('adds up with the others that fit', () => {
    const links = [
      Link.parse({ between: [{ region: 'local-1' }, { region: 'local-2' }], latencyMs: 40, loss: 0.5, rateMbits: 100 }),
      Link.parse({ between: [{ machine: 'node-3' }, {}], latencyMs: 5, jitterMs: 2, loss: 0.5, rateMbits: 10 }),
    ];
    expect(effectsBetween(links, here, far)).toEqual({
      latencyMs: 45,
      jitterMs: 2,
      loss: 0.75,
      isCut: false,
      bitsPerMs: 10_000,
    });
  });

  test('about particular machines is not about one that nobody knows', () => {
    expect(effectsBetween([cut([{ region: 'local-1' }, {}])], undefined, far).isCut).toBe(false);
    expect(effectsBetween([cut([{}, {}])], undefined, far).isCut).toBe(true);
  });

  test.each([{ loss: 1.1 }, { latencyMs: -1 }, { rateMbits: 0 }, { latency: 3 }])('of %j is refused', (said) => {
    expect(Link.safeParse({ between: [{}, {}], ...said }).success).toBe(false);
  });
});

function start(...links: readonly LinkInput[]) {
  const clock = new VirtualClock();
  const segment = new Segment({ clock, seed: 11 });
  const machines = [here, beside, far].map((_known, index) => new TestMachine(segment, index));
  const [first, second, third] = machines;
  if (first === undefined || second === undefined || third === undefined) throw new TypeError('There are three.');
  segment.know([here, beside, far]);
  for (const machine of machines) machine.say(EVERYBODY);
  for (const machine of machines) machine.received.length = 0;
  const setLinks = (...rules: readonly LinkInput[]): void => segment.setLinks(rules.map((rule) => Link.parse(rule)));
  setLinks(...links);
  return { clock, segment, first, second, third, setLinks };
}

const REGIONS: LinkInput['between'] = [{ region: 'local-1' }, { region: 'local-2' }];

describe('latency', () => {
  test('delays what goes between the two, each way, and nothing else', async () => {
    const { clock, first, second, third } = start({ between: REGIONS, latencyMs: 40 });
    const frame = first.say(EVERYBODY);
    expect(second.received).toEqual([frame]);
    await clock.advance(39);
    expect(third.received).toEqual([]);
    await clock.advance(1);
    expect(third.received).toEqual([frame]);
    const back = third.say(macOf(0));
    await clock.advance(39);
    expect(first.received).toEqual([]);
    await clock.advance(1);
    expect(first.received).toEqual([back]);
  });

  test('varies within the jitter, and the order stays', async () => {
    const { clock, first, third } = start({ between: REGIONS, latencyMs: 50, jitterMs: 20 });
    const arrivals: number[] = [];
    const sent: TestFrame[] = [];
    for (let frame = 0; frame < 200; frame += 1) {
      sent.push(first.say(macOf(2)));
      const sentMs = clock.monotonicMs();
      while (third.received.length <= frame) await clock.advance(1);
      arrivals.push(clock.monotonicMs() - sentMs);
    }
    expect(third.received).toEqual(sent);
    expect(Math.min(...arrivals)).toBeGreaterThanOrEqual(30);
    expect(Math.min(...arrivals)).toBeLessThan(35);
    expect(Math.max(...arrivals)).toBeLessThanOrEqual(71);
    expect(Math.max(...arrivals)).toBeGreaterThan(65);
    third.received.length = 0;
    const burst = Array.from({ length: 500 }, () => first.say(macOf(2)));
    await clock.advance(100);
    expect(third.received).toEqual(burst);
  });

  test('that is taken away does not let the next frame overtake', async () => {
    const { clock, first, third, setLinks } = start({ between: REGIONS, latencyMs: 40 });
    const early = first.say(macOf(2));
    setLinks();
    const late = first.say(macOf(2));
    expect(third.received).toEqual([]);
    await clock.advance(40);
    expect(third.received).toEqual([early, late]);
    const direct = first.say(macOf(2));
    expect(third.received.at(-1)).toEqual(direct);
  });

  test('holds a sender back that has too much on its way, and loses none of it', async () => {
    const { clock, first, third } = start({ between: REGIONS, latencyMs: 1_000 });
    const sent: TestFrame[] = [];
    while (!first.isPaused) sent.push(first.say(macOf(2), 60_000));
    expect(sent.length).toBeGreaterThan(200);
    await clock.advance(1_000);
    expect(first.isPaused).toBe(false);
    expect(third.received).toEqual(sent);
  });
});

describe('a rate', () => {
  test('lets so many bits pass in a second', async () => {
    const { clock, first, third } = start({ between: REGIONS, rateMbits: 12 });
    for (let frame = 0; frame < 2_000; frame += 1) first.say(macOf(2), 1_496);
    // 1 500 bytes on the stream are 12 000 bits: one in a millisecond.
    await clock.advance(1_000);
    expect(third.received.length).toBeGreaterThanOrEqual(999);
    expect(third.received.length).toBeLessThanOrEqual(1_001);
  });
});

describe('loss', () => {
  test.each([0.01, 0.1, 0.5])('takes the share of %d that it was told, and is counted', (loss) => {
    const { segment, first, third } = start({ between: REGIONS, loss });
    for (let frame = 0; frame < FRAMES; frame += 1) first.say(macOf(2));
    const lost = FRAMES - third.received.length;
    const deviation = Math.sqrt(FRAMES * loss * (1 - loss));
    expect(Math.abs(lost - FRAMES * loss)).toBeLessThan(4 * deviation);
    expect(segment.status()[2]).toMatchObject({ lost });
  });

  test('takes the same frames again for the same seed, and others in another direction', () => {
    const lostIn = (): readonly number[] => {
      const { first, third } = start({ between: REGIONS, loss: 0.2 });
      for (let frame = 0; frame < 200; frame += 1) first.say(macOf(2));
      return third.received.map(({ sequence }) => sequence);
    };
    const back = (): readonly number[] => {
      const { first, third } = start({ between: REGIONS, loss: 0.2 });
      for (let frame = 0; frame < 200; frame += 1) third.say(macOf(0));
      return first.received.map(({ sequence }) => sequence);
    };
    expect(lostIn()).toEqual(lostIn());
    expect(lostIn()).not.toEqual(back());
  });

  test('takes nothing from a pair that no rule is about', () => {
    const { first, second } = start({ between: REGIONS, loss: 1 });
    for (let frame = 0; frame < 100; frame += 1) first.say(macOf(1));
    expect(second.received).toHaveLength(100);
  });
});

describe('a partition', () => {
  test('lets nothing through, neither to one nor to all, and is gone as soon as it is lifted', () => {
    const { segment, first, second, third, setLinks } = start({ between: REGIONS, isCut: true });
    first.say(macOf(2));
    first.say(EVERYBODY);
    third.say(EVERYBODY);
    expect(third.received).toEqual([]);
    expect(first.received).toEqual([]);
    expect(second.received).toHaveLength(1);
    expect(segment.status().map(({ cut }) => cut)).toEqual([1, 1, 2]);
    setLinks();
    const frame = first.say(macOf(2));
    expect(third.received).toEqual([frame]);
    expect(first.received).toEqual([]);
    const back = third.say(macOf(0));
    expect(first.received).toEqual([back]);
  });

  test('of one way lets the other through', () => {
    const { first, third } = start({ between: REGIONS, oneWay: true, isCut: true });
    first.say(macOf(2));
    const back = third.say(macOf(0));
    expect(third.received).toEqual([]);
    expect(first.received).toEqual([back]);
  });

  test('also takes what is on its way', async () => {
    const { clock, first, third, setLinks } = start({ between: REGIONS, latencyMs: 40 });
    first.say(macOf(2));
    await clock.advance(20);
    setLinks({ between: REGIONS, latencyMs: 40, isCut: true });
    await clock.advance(100);
    expect(third.received).toEqual([]);
    setLinks();
    const frame = first.say(macOf(2));
    expect(third.received).toEqual([frame]);
  });

  test('holds for a connection that was written to before anybody knew whose it is', () => {
    const { segment, first, third } = start({ between: REGIONS, isCut: true });
    segment.detach(third.port);
    const again = new TestMachine(segment, 2);
    const frame = first.say(EVERYBODY);
    expect(again.received).toEqual([frame]);
    again.say(EVERYBODY);
    first.say(EVERYBODY);
    expect(again.received).toEqual([frame]);
  });

  test('holds for a machine that comes back by another connection, as soon as it says anything', () => {
    const { segment, first, third } = start({ between: REGIONS, isCut: true });
    segment.detach(third.port);
    const again = new TestMachine(segment, 2);
    again.say(EVERYBODY);
    first.say(EVERYBODY);
    first.say(macOf(2));
    expect(again.received).toEqual([]);
    expect(first.received).toEqual([]);
  });
});
