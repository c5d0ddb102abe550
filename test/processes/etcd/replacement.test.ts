import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EtcdMachine } from './etcd-machine.ts';
import { EtcdMembers, good } from './etcd-members.ts';
import { EtcdWriter } from './etcd-writer.ts';

const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const VOTERS = NAMES.map((name) => `${name} voter`);
/** An election takes two timeouts of 2.5 s at most; the rest is for a machine that has other work. */
const GAP_MS = 10_000;
/** So many calls a join has at least. */
const CALLS = 6;

let members: EtcdMembers;

beforeAll(async () => {
  members = await EtcdMembers.open(13);
  for (const ended of await members.found(NAMES)) good(ended);
  await members.put('control-plane-1', 'kept', 'data');
});

afterAll(async () => {
  await members[Symbol.asyncDispose]();
});

test('a dead member is taken out before its successor joins, while others write without a pause', async () => {
  const dead = await members.leader();
  const alive = NAMES.filter((name) => name !== dead);
  const [through = ''] = alive;
  const writer = startWriter(alive);
  await members.machine(dead).crash();
  const machine = await members.replace(dead);
  const output = good(await machine.vote());
  const { written, gapMs } = await writer.stop();
  expect(lines(output)).toEqual([
    expect.stringMatching(new RegExp(`^Taken out: ${dead} \\([0-9a-f]+\\), who had this seat before\\.$`)),
    'Added as a learner.',
    'Promoted: this member votes.',
  ]);
  expect(await members.list(through)).toEqual(VOTERS);
  expect(await members.get(dead, 'kept')).toBe('data');
  expect(await members.get(dead, 'written')).toBe(String(written));
  console.log(`etcd: the leader died and was replaced; writes paused ${Math.round(gapMs)} ms at most`);
  expect(gapMs).toBeLessThan(GAP_MS);
});

test('one that is taken out by others while it is away joins anew', async () => {
  const name = await follower();
  const machine = members.machine(name);
  await machine.crash();
  const through = NAMES.find((other) => other !== name) ?? '';
  const list = good(await members.machine(through).etcdctl('member', 'list'));
  const id = new RegExp(`^([0-9a-f]+), .*, ${name},`, 'm').exec(list)?.[1] ?? '';
  good(await members.machine(through).etcdctl('member', 'remove', id));
  await machine.boot();
  const output = good(await machine.vote());
  expect(output).toContain('The cluster has taken this member out: its data is put aside, and it joins anew.');
  expect(await members.list(name)).toEqual(VOTERS);
  expect(await members.get(name, 'kept')).toBe('data');
});

for (const side of ['before', 'after'] as const) {
  test(`a join that is killed ${side} one call after the other, again and again, is the same join`, async () => {
    const name = await follower();
    const alive = NAMES.filter((other) => other !== name);
    const writer = startWriter(alive);
    const machine = await members.replace(name);
    const deaths: number[] = [];
    for (let call = 1; ; call += 1) {
      await arm(machine, `${call} ${side}`);
      const { code } = await machine.vote();
      if (code === 0) break;
      deaths.push(call);
      // Sometimes it is the power that fails, not the script alone.
      if (call % 3 === 0) {
        await machine.crash();
        await machine.boot();
      }
      expectOneSeatEach(await members.list(alive[0] ?? ''));
    }
    await arm(machine, '');
    good(await machine.vote());
    const { written, gapMs } = await writer.stop();
    expect(deaths.length).toBeGreaterThanOrEqual(CALLS);
    console.log(
      `etcd: a join killed ${deaths.length} times ${side} a call; writes paused ${Math.round(gapMs)} ms at most`,
    );
    expect(await members.list(name)).toEqual(VOTERS);
    expect(await members.get(name, 'kept')).toBe('data');
    expect(await members.get(name, 'written')).toBe(String(written));
    expect(gapMs).toBeLessThan(GAP_MS);
  });
}

test('without a majority nobody is taken out: the successor waits, and says for what', async () => {
  const [stays, dead, successor] = await leaderFirst();
  await members.machine(dead).crash();
  const machine = await members.replace(successor);
  await machine.write(
    'etc/bootstrap/node.env',
    `${await readFile(machine.path('etc/bootstrap/node.env'), 'utf8')}ETCD_PATIENCE=1\n`,
  );
  const { code, output } = await machine.vote();
  expect(code).toBe(1);
  expect(output).toMatch(/^Waiting: /m);
  expect(output).toContain('This machine found no seat in etcd.');
  await members.machine(dead).boot();
  await members.add(successor, 'existing', NAMES);
  good(await machine.vote());
  expect(await members.list(stays)).toEqual(VOTERS);
});

function startWriter(alive: readonly string[]): EtcdWriter {
  return new EtcdWriter(
    members.machine(alive[0] ?? ''),
    alive.map((name) => members.clientUrl(name)),
  );
}

async function leaderFirst(): Promise<readonly [string, string, string]> {
  const leader = await members.until('a leader', () => members.leader());
  const [one = '', two = ''] = NAMES.filter((name) => name !== leader);
  return [leader, one, two];
}

async function follower(): Promise<string> {
  const [, name] = await leaderFirst();
  return name;
}

async function arm(machine: EtcdMachine, at: string): Promise<void> {
  await machine.write('calls', '0');
  await machine.write('kill-at', at);
}

/** Voters that stay, and at most one who has the seat, or is to have it. */
function expectOneSeatEach(list: readonly string[]): void {
  const seats = list.map((line) => line.replace(/ \w+$/, ''));
  expect(new Set(seats).size).toBe(seats.length);
  expect(list.length).toBeLessThanOrEqual(NAMES.length);
  expect(list.filter((line) => line.endsWith(' voter')).length).toBeGreaterThanOrEqual(2);
}

function lines(output: string): readonly string[] {
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('Waiting: '));
}
