import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { parseClusterUid } from '#engine/address.ts';
import { boardIn, textOf } from '#host/board-text.ts';
import type { Peer, Withdrawn } from '#host/peer-board.ts';
import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { MemoryBoard, type Mishap } from './support/memory-board.ts';
import { peer } from './support/peers.ts';

let clock: VirtualClock;
let register: MemoryBoard;
let board: SharedPeerBoard;

beforeEach(() => {
  clock = new VirtualClock();
  register = new MemoryBoard();
  board = new SharedPeerBoard(register, clock);
});

describe('a peer', () => {
  test('is found by its name once it is published, and not any more when it is withdrawn', async () => {
    expect(await board.find(context(), 'worker-1')).toBeUndefined();
    await publish(peer(1));
    expect(await board.find(context(), 'worker-1')).toEqual(peer(1));
    await withdraw(peer(1));
    expect(await board.find(context(), 'worker-1')).toBeUndefined();
  });

  test('takes the place of what the same box has said before', async () => {
    await publish(peer(1), peer(2));
    const moved = peer(1, { endpoints: { near: '10.9.9.9:51820', far: '192.0.9.9:51820' }, publicKey: key('new') });
    await publish(moved);
    expect(onBoard()).toEqual([moved, peer(2)]);
  });

  test('that is there as it is, is not written again', async () => {
    await publish(peer(1));
    await publish(peer(1));
    await withdraw(peer(2));
    expect(register.writes).toBe(1);
  });

  test.each<[string, Partial<Peer>, string]>([
    ['name', { node: 'worker-1' }, 'the name worker-1'],
    ['key', { publicKey: peer(1).publicKey }, `the key ${peer(1).publicKey}`],
    ['address', { overlayAddress: '10.64.0.2' }, '10.64.0.2'],
    ['range for pods', { podCidr: '10.128.2.0/24' }, '10.128.2.0/24'],
    ['range for pods, or a part of it', { podCidr: '10.128.2.128/25' }, '10.128.2.128/25'],
    ['range for pods, and more', { podCidr: '10.128.0.0/16' }, '10.128.0.0/16'],
    ['range for pods, as an address', { overlayAddress: '10.128.2.7' }, '10.128.2.7'],
    ['address, in a range for pods', { podCidr: '10.64.0.0/24' }, '10.64.0.0/24'],
  ])('is refused when another has its %s', async (_what, changes, taken) => {
    await publish(peer(1));
    const refused = publish(peer(7, changes));
    const name = changes.node ?? 'worker-7';
    await expect(refused).rejects.toMatchObject({
      name: 'CallError',
      outcome: 'rejected',
      reason: 'exists',
      message: `${name} cannot be known to the others: ${taken} is taken by worker-1 (box1).`,
    });
    expect(onBoard()).toEqual([peer(1)]);
  });

  test('is withdrawn by nobody but its own box', async () => {
    await publish(peer(1));
    await withdraw({ node: 'worker-1', box: 'another' });
    expect(onBoard()).toEqual([peer(1)]);
  });
});

describe('a thousand nodes', () => {
  test('of one moment are one write', async () => {
    const peers = Array.from({ length: 1_000 }, (_, index) => peer(index));
    await publish(...peers);
    expect([register.writes, onBoard().length]).toEqual([1, 1_000]);
    await withdraw(...peers.slice(0, 400));
    expect([register.writes, onBoard().length]).toEqual([2, 600]);
  });

  test('have each its own answer: who is refused keeps nobody out', async () => {
    const peers = [
      peer(1),
      peer(2, { node: 'worker-1' }),
      peer(3),
      peer(4, { overlayAddress: peer(3).overlayAddress }),
    ];
    const settled = await clock.run(Promise.allSettled(peers.map((each) => board.publish(context(), each))));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect([onBoard(), register.writes]).toEqual([[peer(1), peer(3)], 1]);
  });

  test('that come while others are written, are written next', async () => {
    const first = board.publish(context(), peer(1));
    const later = clock.sleep(0).then(() => Promise.all([2, 3, 4].map((each) => board.publish(context(), peer(each)))));
    await clock.run(Promise.all([first, later]));
    expect([onBoard().length, register.writes]).toEqual([4, 2]);
  });
});

describe('when it goes wrong', () => {
  test.each<Mishap>(['lost request', 'lost answer'])('a %s is settled by looking', async (mishap) => {
    register.mishap = (write) => (write === 1 ? mishap : undefined);
    await publish(peer(1), peer(2));
    expect(onBoard()).toEqual([peer(1), peer(2)]);
  });

  test('a write that comes through late brings nobody back who was withdrawn', async () => {
    register.mishap = (write) => (write === 1 ? 'later' : undefined);
    await publish(peer(1));
    await withdraw(peer(1));
    expect(onBoard()).toEqual([]);
    register.arrive();
    expect(onBoard()).toEqual([]);
    // The list was empty before, and is again: that it is another one is what its revision says.
    expect(register.writes).toBe(3);
  });

  test('a write that comes through late, over a list that is as it was, does nothing', async () => {
    await publish(peer(1));
    register.mishap = (write) => (write === 2 ? 'later' : undefined);
    await publish(peer(2));
    await withdraw(peer(2));
    register.arrive();
    expect(onBoard()).toEqual([peer(1)]);
  });

  test('it gives up on a list that never comes to rest, and says so', async () => {
    register.mishap = () => 'lost request';
    const message = 'The list of peers changes faster than it can be written.';
    await expect(publish(peer(1))).rejects.toMatchObject({ name: 'CallError', outcome: 'ambiguous', message });
    expect(register.writes).toBe(12);
  });

  test('who is left by the one on whose behalf all was done, is served all the same', async () => {
    const leaving = new AbortController();
    register.mishap = (write) => {
      if (write === 1) leaving.abort(new Error('left'));
      return write === 1 ? 'lost request' : undefined;
    };
    const [first, second] = await clock.run(
      Promise.allSettled([
        board.publish({ ...context(), signal: leaving.signal }, peer(1)),
        board.publish(context(), peer(2)),
      ]),
    );
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(onBoard()).toEqual([peer(2)]);
  });

  test.each(['', '[]', '{"format":2,"revision":1,"peers":[]}', '{"format":1,"revision":1,"peers":[{}]}'])(
    'what is no list, such as %j, is left as it is, for whoever can make it good',
    async (text) => {
      register.stored = { text, tag: 'tag' };
      const refused = { name: 'CallError', outcome: 'rejected', reason: 'invalid' };
      await expect(publish(peer(1))).rejects.toMatchObject(refused);
      await expect(board.find(context(), 'worker-1')).rejects.toMatchObject(refused);
      expect(register.stored.text).toBe(text);
    },
  );
});

test('several programs, whatever is lost on the way, leave what each of them was told', async () => {
  const deed = fc.record({ program: fc.nat(2), kind: fc.constantFrom('publish', 'withdraw'), number: fc.nat(5) });
  const mishaps = fc.array(fc.constantFrom<Mishap>(undefined, undefined, 'lost request', 'lost answer', 'later'));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(deed, { maxLength: 6 }), { maxLength: 8 }), mishaps, async (rounds, falls) => {
      const time = new VirtualClock();
      const shared = new MemoryBoard();
      shared.mishap = (write) => falls[write - 1];
      const boards = [0, 1, 2].map(() => new SharedPeerBoard(shared, time));
      const wanted = new Map<number, boolean>();
      for (const round of rounds) {
        // Of one peer nobody says two things at once.
        const once = round.filter(({ number }, at) => round.findIndex((other) => other.number === number) === at);
        await time.run(
          Promise.all(
            once.map(({ program, kind, number }) => {
              wanted.set(number, kind === 'publish');
              const own = boards[program] ?? board;
              return kind === 'publish' ? own.publish(context(), peer(number)) : own.withdraw(context(), peer(number));
            }),
          ),
        );
        shared.arrive();
      }
      const there = shared.stored === undefined ? [] : boardIn(shared.stored.text).peers.map(({ node }) => node);
      const expected = [...wanted].filter(([, isThere]) => isThere).map(([number]) => peer(number).node);
      expect(there).toEqual(expected.toSorted());
    }),
    { numRuns: 200 },
  );
});

test('a ready member that was taken off it is remembered, and told once', async () => {
  await publish(peer(1), peer(2));
  await withdraw({ ...peer(1), wasReady: true });
  expect(await board.hasRetired(context())).toBe(true);
  await publish(peer(3));
  await withdraw(peer(2));
  expect(await board.hasRetired(context())).toBe(true);
  expect(onBoard()).toEqual([peer(3)]);
});

test('whose end was told in vain before is remembered when it is told again', async () => {
  await publish(peer(1));
  await withdraw(peer(1));
  expect(await board.hasRetired(context())).toBe(false);
  await withdraw({ ...peer(1), wasReady: true });
  expect(await board.hasRetired(context())).toBe(true);
});

test('who is to vote is told, once, and stays whoever comes and goes', async () => {
  await clock.run(board.setSeats(context(), ['control-plane-2', 'control-plane-1']));
  await clock.run(board.setSeats(context(), ['control-plane-1', 'control-plane-2']));
  expect(register.writes).toBe(1);
  await publish(peer(1));
  await withdraw(peer(1));
  expect(boardIn(register.stored?.text ?? '').seats).toEqual(['control-plane-1', 'control-plane-2']);
});

test('what is stored says of which revision it is, and is read back as it was', () => {
  const text = textOf({ revision: 7, peers: [peer(1)] });
  expect(boardIn(text)).toEqual({ format: 1, revision: 7, peers: [peer(1)] });
});

function context() {
  const { signal } = new AbortController();
  const send = <T>(_call: unknown, request: (signal: AbortSignal) => Promise<T>) => request(signal);
  return { cluster: parseClusterUid('clusteruid'), signal, read: send, mutate: send };
}

async function publish(...peers: readonly Peer[]): Promise<void> {
  await clock.run(Promise.all(peers.map((each) => board.publish(context(), each))));
}

async function withdraw(...peers: readonly Withdrawn[]): Promise<void> {
  await clock.run(Promise.all(peers.map((each) => board.withdraw(context(), each))));
}

function onBoard(): readonly Peer[] {
  return register.stored === undefined ? [] : boardIn(register.stored.text).peers;
}

function key(word: string): string {
  return `${word.padEnd(42, 'x')}A=`;
}
