import { describe, expect, test } from 'vitest';
import { etcdFounding } from '#cluster/etcd-founding.ts';
import { etcdFounder, etcdSeat } from '#cluster/etcd-seat.ts';
import { boardIn } from '#host/board-text.ts';
import type { Peer } from '#host/peer-board.ts';
import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import { settledLetter } from '#host/settled.ts';
import { SystemClock } from '#std/system-clock.ts';
import { MemoryBoard } from '../host/support/memory-board.ts';
import { MemoryMailbox } from '../host/support/memory-mailbox.ts';
import { contextOf } from '../host/support/resource-context.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';

const memberOf = (number: number) => ({ node: `control-plane-${number}`, url: `https://10.43.0.${number}:2380` });
const FOUNDERS = [1, 2, 3].map(memberOf);
const MEMBERS = [...FOUNDERS, ...[4, 5].map(memberOf)];
const TOKEN = 'token';
const SEAT = {
  node: 'control-plane-1',
  box: 'box-1',
  founder: 'box-1',
  token: TOKEN,
  founders: FOUNDERS,
  members: MEMBERS,
};

const context = contextOf('etcd.founding');
const session = () => ({
  random: new SeededRandom(1),
  forgotten: new Set<typeof context.instanceId>(),
  mailbox: new MemoryMailbox(),
  peers: new SharedPeerBoard(new MemoryBoard(), new SystemClock()),
});

const peersOf = (members: typeof MEMBERS): string => members.map(({ node, url }) => `${node}=${url}`).join(',');

function seatOf(change: Partial<typeof SEAT> = {}) {
  return etcdSeat.create(session(), context, { ...SEAT, ...change });
}

test('founders found etcd with exactly each other, also when others have come since', async () => {
  expect(await seatOf()).toEqual({ state: 'new', token: TOKEN, peers: peersOf(FOUNDERS) });
});

test.each<[who: string, change: Partial<typeof SEAT>]>([
  ['a later machine of a founder', { box: 'box-9' }],
  ['a node that was not there at the founding', { node: 'control-plane-4' }],
])('%s joins what is there, and asks all members of now', async (_who, change) => {
  expect(await seatOf(change)).toEqual({ state: 'existing', token: TOKEN, peers: peersOf(MEMBERS) });
});

test('who is to vote all read on the board, from the first seat on, and anew when others come or go', async () => {
  const register = new MemoryBoard();
  const own = { ...session(), peers: new SharedPeerBoard(register, new SystemClock()) };
  const seats = () => boardIn(register.stored?.text ?? '').seats;
  const last = await etcdSeat.create(own, context, { ...SEAT, members: FOUNDERS });
  expect(seats()).toEqual(FOUNDERS.map(({ node }) => node));
  await etcdSeat.sync(own, context, SEAT, last);
  expect(seats()).toEqual(MEMBERS.map(({ node }) => node));
});

test('a seat says the same as long as its machine lives, whoever comes and goes', async () => {
  const last = await seatOf({ members: FOUNDERS });
  const seen = await etcdSeat.observe(session(), context, { inputs: SEAT, last });
  expect(seen).toMatchObject({ state: 'present', outputs: last });
  expect(await etcdSeat.sync(session(), context, SEAT, last)).toBe(last);
  expect(etcdSeat.replaceOn).toEqual(['node', 'box']);
});

describe('the founder of a node', () => {
  const inputs = { node: 'control-plane-1', box: 'box-1', founders: FOUNDERS };
  const founderAfter = async (own: ReturnType<typeof session>, box: string) => {
    const last = await etcdFounder.create(own, context, inputs);
    const seen = await etcdFounder.observe(own, context, { inputs: { ...inputs, box }, last });
    return seen.state === 'present' ? seen.outputs : undefined;
  };
  const beside: Peer = {
    node: 'control-plane-2',
    box: 'box-2',
    publicKey: Buffer.alloc(32, 1).toString('base64'),
    overlayAddress: '10.43.0.2',
    podCidr: '10.48.2.0/24',
    region: 'eu-west-3',
    endpoints: { near: '10.42.0.2:51820', far: '' },
  };

  test('stays the same as long as its machine does', async () => {
    const own = session();
    own.mailbox.post('box-1', settledLetter(context.instanceId));
    expect(await founderAfter(own, 'box-1')).toEqual({ box: 'box-1', isOver: false });
    expect(etcdFounder.replaceOn).not.toContain('box');
  });

  test('is the next machine when the first has died before any founder was ready', async () => {
    const own = session();
    await own.peers.publish(context, beside);
    own.mailbox.post('box-1', 'hello');
    expect(await founderAfter(own, 'box-9')).toEqual({ box: 'box-9', isOver: false });
  });

  test('is the next machine also when nothing is left of the first, as long as no ready member was taken off the board', async () => {
    const own = session();
    await own.peers.publish(context, beside);
    await own.peers.withdraw(context, { node: 'control-plane-2', box: 'box-2' });
    expect(await founderAfter(own, 'box-9')).toEqual({ box: 'box-9', isOver: false });
  });

  test('is for ever the first machine once a ready member was taken off the board, though nothing is left of it', async () => {
    const own = session();
    await own.peers.publish(context, beside);
    await own.peers.withdraw(context, { node: 'control-plane-2', box: 'box-2', wasReady: true });
    expect(await founderAfter(own, 'box-9')).toEqual({ box: 'box-1', isOver: true });
  });

  test.each<[who: string, box: string]>([
    ['it', 'box-1'],
    ['another founder', 'box-2'],
  ])('is for ever the first machine once %s has been ready', async (_who, box) => {
    const own = session();
    await own.peers.publish(context, beside);
    own.mailbox.post('box-1', 'hello');
    own.mailbox.post(box, settledLetter(context.instanceId));
    const last = await founderAfter(own, 'box-9');
    expect(last).toEqual({ box: 'box-1', isOver: true });
    const later = await etcdFounder.observe(session(), context, { inputs: { ...inputs, box: 'box-10' }, last });
    expect(later).toMatchObject({ outputs: { box: 'box-1', isOver: true } });
  });
});

test('whoever has left is no founder any more, and none is added', async () => {
  const founded = await etcdFounding.create(session(), context, { members: FOUNDERS });
  expect(founded).toMatchObject({ founders: FOUNDERS, members: FOUNDERS });
  expect(founded.token).toMatch(/^[0-9a-f]{32}$/);
  const grown = await etcdFounding.observe(session(), context, { inputs: { members: MEMBERS }, last: founded });
  expect(grown).toMatchObject({ outputs: { token: founded.token, founders: FOUNDERS, members: MEMBERS } });
  const two = FOUNDERS.slice(0, 2);
  const shrunk = await etcdFounding.observe(session(), context, { inputs: { members: two }, last: founded });
  expect(shrunk).toMatchObject({ outputs: { founders: two, members: two } });
  const last = shrunk.state === 'present' ? shrunk.outputs : undefined;
  const back = await etcdFounding.observe(session(), context, { inputs: { members: FOUNDERS }, last });
  expect(back).toMatchObject({ outputs: { founders: two, members: FOUNDERS } });
});

test('what lives in the state is gone when it was destroyed', async () => {
  const own = session();
  const inputs = { node: 'control-plane-1', box: 'box-1', founders: FOUNDERS };
  const last = await etcdFounder.create(own, context, inputs);
  await etcdFounder.destroy(own, context, last);
  expect(await etcdFounder.observe(own, context, { inputs, last })).toEqual({ state: 'absent' });
});
