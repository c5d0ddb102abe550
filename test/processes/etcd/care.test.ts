import { execFile } from 'node:child_process';
import { utimes } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EtcdMembers, good } from './etcd-members.ts';
import { rehearseRestore } from './etcd-rehearsal.ts';

const run = promisify(execFile);
const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3', 'control-plane-4'];
const FOUNDERS = NAMES.slice(0, 3);
const REHEARSAL = '127.0.14.100';

let members: EtcdMembers;

beforeAll(async () => {
  members = await EtcdMembers.open(14);
  for (const ended of await members.found(FOUNDERS)) good(ended);
});

afterAll(async () => {
  await members[Symbol.asyncDispose]();
});

test('a cluster in which nothing was ever written has no snapshot', async () => {
  for (const name of FOUNDERS) good(await members.machine(name).care());
  expect(members.mailbox.received.size).toBe(0);
});

test('only the leader sends snapshots, each revision once; what they hold can be restored', async () => {
  await members.put('control-plane-1', 'kept', 'in the snapshot');
  const leader = await members.leader();
  for (const name of [...FOUNDERS, ...FOUNDERS]) good(await members.machine(name).care());
  const { revision } = (await members.status(leader)).header;
  const path = `/${leader}/snapshots/etcd-${revision}`;
  expect([...members.mailbox.received.keys()]).toEqual([path]);
  await members.put('control-plane-1', 'later', 'not in the snapshot');
  expect(await rehearseRestore(members.mailbox.received.get(path) ?? Buffer.of(), REHEARSAL)).toEqual(['kept']);
  good(await members.machine(leader).care());
  expect([...members.mailbox.received.keys()]).toEqual([path, `/${leader}/snapshots/etcd-${revision + 1}`]);
});

test('a snapshot that nothing was written after is brought again in another hour, since it may have ended where it lies', async () => {
  const leader = await members.leader();
  const { revision } = (await members.status(leader)).header;
  const path = `/${leader}/snapshots/etcd-${revision}`;
  const sent = members.machine(leader).path('var/lib/bootstrap/etcd-snapshot-sent');
  const longAgo = Date.now() / 1000 - 3_601;
  await utimes(sent, longAgo, longAgo);
  expect(good(await members.machine(leader).care())).toContain(`Snapshot of revision ${revision} sent.`);
  await utimes(sent, longAgo, longAgo);
  members.mailbox.received.delete(path);
  good(await members.machine(leader).care());
  expect(members.mailbox.received.has(path)).toBe(true);
  expect(good(await members.machine(leader).care())).toBe('');
});

test('a snapshot that the mailbox does not take is sent again, under its revision of then', async () => {
  const leader = await members.leader();
  await members.put(leader, 'more', 'data');
  members.mailbox.isCut = true;
  expect(good(await members.machine(leader).care())).toMatch(
    /No snapshot of revision \d+: the mailbox does not take it: it answers 503/,
  );
  members.mailbox.isCut = false;
  const before = members.mailbox.received.size;
  good(await members.machine(leader).care());
  expect(members.mailbox.received.size).toBe(before + 1);
});

test('a learner whose own machine does not come to promote it is promoted by the leader', async () => {
  const machine = await members.add('control-plane-4', 'existing', NAMES);
  await machine.write('kill-at', 'promote before');
  const { code } = await machine.vote();
  expect(code).not.toBe(0);
  await machine.write('kill-at', '');
  const leader = await members.leader();
  expect(await members.list(leader)).toEqual(
    [...FOUNDERS.map((name) => `${name} voter`), 'control-plane-4 learner'].toSorted(),
  );
  await members.until('a voter', async () => {
    good(await members.machine(leader).care());
    return (await members.list(leader)).includes('control-plane-4 voter') ? true : undefined;
  });
});

test('a member whose node has gone from the list of peers is taken out in the second round, by the leader alone', async () => {
  const leader = await members.leader();
  const rest = FOUNDERS;
  await members.machine('control-plane-4').crash();
  await members.until('a leader that stays', async () =>
    (await members.leader()) === 'control-plane-4' ? undefined : true,
  );
  for (const name of rest) await members.showPeers(name, rest);
  const others = rest.filter((name) => name !== leader);
  for (const name of [...others, ...others, leader]) expect(good(await members.machine(name).care())).toBe('');
  expect(await members.list(leader)).toHaveLength(4);
  expect(good(await members.machine(leader).care())).toMatch(/^Taken out: control-plane-4 /);
  expect(await members.list(leader)).toEqual(rest.map((name) => `${name} voter`));
});

test('nobody is taken out by a list that is old, or that does not name the leader itself', async () => {
  const leader = await members.leader();
  const rest = FOUNDERS.filter((name) => name !== leader);
  await members.showPeers(leader, rest);
  for (let round = 0; round < 3; round += 1) good(await members.machine(leader).care());
  await members.showPeers(leader, [leader]);
  await run('touch', ['-d', '1 hour ago', members.machine(leader).path('run/bootstrap/peers-confirmed')]);
  for (let round = 0; round < 3; round += 1) good(await members.machine(leader).care());
  expect(await members.list(leader)).toHaveLength(3);
});

test('nobody is taken out, and nobody may leave, when the others would be no majority', async () => {
  const leader = await members.leader();
  const [down = '', gone = ''] = FOUNDERS.filter((name) => name !== leader);
  await members.machine(down).crash();
  await members.showPeers(leader, [leader, down]);
  good(await members.machine(leader).care());
  expect(good(await members.machine(leader).care())).toContain(
    `${gone} is on the list of peers no more, but stays: only 1 of the other 2 that vote are healthy, and 2 are needed`,
  );
  askToLeave(gone);
  const { code, output } = await members.machine(gone).care();
  expect([code, output]).toEqual([1, expect.stringContaining('This member stays for now: only 1 of the other 2')]);
  expect(await members.list(leader)).toHaveLength(3);
  await members.machine(down).boot();
  await members.showPeers(leader, FOUNDERS);
});

test('a member stays that is asked to leave no more', async () => {
  const name = FOUNDERS.find((each) => members.mailbox.shown.has(`/${each}/letters/leave`)) ?? '';
  const machine = members.machine(name);
  members.mailbox.shown.clear();
  good(await machine.care());
  expect(good(await machine.vote())).toBe('');
  expect(await members.list(name)).toHaveLength(3);
  askToLeave(name);
});

test('a member that was asked to leave goes once the others can do without it, and says so once', async () => {
  const gone = FOUNDERS.find((name) => members.mailbox.shown.has(`/${name}/letters/leave`)) ?? '';
  const machine = members.machine(gone);
  await members.until('the others to be well', async () => ((await machine.care()).code === 0 ? true : undefined));
  const rest = FOUNDERS.filter((name) => name !== gone);
  const [through = ''] = rest;
  expect(await members.list(through)).toEqual(rest.map((name) => `${name} voter`));
  expect(left(gone)).toEqual({ format: 1, box: `box-of-${gone}` });
  // Neither a reboot nor its stage brings it back.
  good(await machine.care());
  await machine.crash();
  await machine.boot();
  expect(good(await machine.vote())).toContain('This member has left for good');
  expect(await members.list(through)).toHaveLength(2);
});

test('a member that was asked anew before it noticed that it might stay says again that it has left', async () => {
  const gone = FOUNDERS.find((name) => left(name) !== undefined) ?? '';
  members.mailbox.received.delete(`/${gone}/letters/left`);
  good(await members.machine(gone).care());
  expect(left(gone)).toEqual({ format: 1, box: `box-of-${gone}` });
});

test('a member joins again when its leaving is taken back, and can be asked once more', async () => {
  const gone = FOUNDERS.find((name) => left(name) !== undefined) ?? '';
  const machine = members.machine(gone);
  members.mailbox.shown.delete(`/${gone}/letters/leave`);
  members.mailbox.received.delete(`/${gone}/letters/left`);
  expect(good(await machine.care())).toContain('it joins again');
  good(await machine.vote());
  expect(await members.list(gone)).toEqual(FOUNDERS.map((name) => `${name} voter`));
  expect(await members.get(gone, 'kept')).toBe('in the snapshot');
  askToLeave(gone);
  await members.until('it to leave', async () => ((await machine.care()).code === 0 ? true : undefined));
  expect(left(gone)).toEqual({ format: 1, box: `box-of-${gone}` });
});

test('a member stays as long as the seat of another is empty, whoever has left it', async () => {
  const rest = FOUNDERS.filter((name) => left(name) === undefined);
  const [missing = ''] = FOUNDERS.filter((name) => !rest.includes(name));
  const leader = await members.leader();
  await members.showPeers(leader, rest, FOUNDERS);
  askToLeave(leader);
  const { code, output } = await members.machine(leader).care();
  expect([code, output]).toEqual([
    1,
    expect.stringContaining(`This member stays for now: ${missing} does not vote yet`),
  ]);
  expect(await members.list(leader)).toHaveLength(2);
  await members.showPeers(leader, rest);
});

test('a leader hands over before it leaves; the last that votes stays, unless nobody counts on it', async () => {
  const rest = FOUNDERS.filter((name) => left(name) === undefined);
  const leader = await members.leader();
  const last = rest.find((name) => name !== leader) ?? '';
  askToLeave(leader);
  good(await members.machine(leader).care());
  expect(await members.list(last)).toEqual([`${last} voter`]);
  expect(await members.leader()).toBe(last);
  askToLeave(last);
  const { code, output } = await members.machine(last).care();
  expect([code, output]).toEqual([
    1,
    expect.stringContaining('This member stays for now: it is the only one that votes'),
  ]);
  expect(await members.get(last, 'kept')).toBe('in the snapshot');
  askToLeave(last, { nothingToLose: true });
  expect(good(await members.machine(last).care())).toContain('Nobody counts on what etcd holds');
  expect(left(last)).toEqual({ format: 1, box: `box-of-${last}` });
});

function askToLeave(name: string, letter: { readonly nothingToLose?: true } = {}): void {
  members.mailbox.shown.set(`/${name}/letters/leave`, JSON.stringify(letter));
}

function left(name: string): unknown {
  const letter = members.mailbox.received.get(`/${name}/letters/left`);
  return letter === undefined ? undefined : JSON.parse(letter.toString());
}
