import { expect, test } from 'vitest';
import { etcdFounding } from '#cluster/etcd-founding.ts';
import { etcdFounder, etcdSeat } from '#cluster/etcd-seat.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { contextOf } from '../host/support/resource-context.ts';

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
const session = () => ({ random: new SeededRandom(1), forgotten: new Set<typeof context.instanceId>() });

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

test('a seat says the same as long as its machine lives, whoever comes and goes', async () => {
  const last = await seatOf({ members: FOUNDERS });
  const seen = await etcdSeat.observe(session(), context, { inputs: SEAT, last });
  expect(seen).toMatchObject({ state: 'present', outputs: last });
  expect(await etcdSeat.sync(session(), context, SEAT, last)).toBe(last);
  expect(etcdSeat.replaceOn).toEqual(['node', 'box']);
});

test('the first machine of a node stays the first', async () => {
  const last = await etcdFounder.create(session(), context, { node: 'control-plane-1', box: 'box-1' });
  const inputs = { node: 'control-plane-1', box: 'box-2' };
  const seen = await etcdFounder.observe(session(), context, { inputs, last });
  expect(seen).toMatchObject({ state: 'present', outputs: { box: 'box-1' } });
  expect(etcdFounder.replaceOn).not.toContain('box');
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
  const last = await etcdFounder.create(own, context, { node: 'control-plane-1', box: 'box-1' });
  await etcdFounder.destroy(own, context, last);
  const inputs = { node: 'control-plane-1', box: 'box-1' };
  expect(await etcdFounder.observe(own, context, { inputs, last })).toEqual({ state: 'absent' });
});
