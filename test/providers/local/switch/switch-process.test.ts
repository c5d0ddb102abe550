import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SwitchProcess } from '#providers/local/switch/switch-process.ts';
import { repository } from '../../../tooling/repository.ts';
import { SocketMachine } from './support/socket-machine.ts';
import { eventually, SwitchPlace } from './support/switch-place.ts';
import { EVERYBODY, macOf } from './support/test-frame.ts';
import { knownMachine } from './support/test-machine.ts';

const program = {
  node: process.execPath,
  program: join(repository, 'providers', 'local', 'switch', 'switch-main.ts'),
  conditions: ['source'],
};

let place: SwitchPlace;
let running: SwitchProcess;

beforeEach(async () => {
  place = await SwitchPlace.make();
  running = new SwitchProcess({ world: place.world, program, directory: place.directory });
});

afterEach(async () => {
  await running.stop();
  await place[Symbol.asyncDispose]();
});

test('machines plug into a process that goes on by itself; it obeys, and stops with nothing left', async () => {
  await place.writeMachine(knownMachine(0));
  await place.writeMachine(knownMachine(1, { zone: 'local-1b' }));
  expect(await running.find()).toBeUndefined();
  const state = await running.start(place.config());
  expect(await running.find()).toEqual(state);
  const { segment, control } = place.config();
  using first = await SocketMachine.plugIn(0, segment);
  using second = await SocketMachine.plugIn(1, segment);
  first.say(EVERYBODY);
  second.say(EVERYBODY);
  await eventually(() => first.received.length + second.received.length === 2);
  await running.setLinks([{ between: [{ zone: 'local-1a' }, { zone: 'local-1b' }], isCut: true }]);
  first.say(macOf(1));
  await eventually(async () => (await running.status()).machines[1]?.cut === 1);
  expect(second.received).toHaveLength(1);
  await running.setLinks([]);
  const frame = first.say(macOf(1));
  await eventually(() => second.received.length === 2);
  expect(second.received[1]).toEqual(frame);
  await running.stop();
  expect(await running.find()).toBeUndefined();
  expect(await place.world.programs.look(state.pid)).toBeUndefined();
  expect([segment, control].filter((path) => existsSync(path))).toEqual([]);
  const log = readFileSync(join(place.directory, 'switch.log'), 'utf8');
  expect(log).toMatch(/Z The switch of local-1 takes frames at .+\n/);
  expect(log).toContain('Z node-1 is connected.\n');
});

test('whoever starts it again, or at the same time, has the same one', async () => {
  const other = new SwitchProcess({ world: place.world, program, directory: place.directory });
  const [one, two] = await Promise.all([running.start(place.config()), other.start(place.config())]);
  expect(one).toEqual(two);
  expect(await running.start(place.config())).toEqual(one);
  const config = join(place.directory, 'switch.json');
  await eventually(async () => {
    const all = await place.world.programs.list();
    return all.filter(({ command }) => command.includes(config)).length === 1;
  });
});

test('one that was killed is not found, and another takes its sockets over', async () => {
  const first = await running.start(place.config());
  await place.world.programs.signal(first, 'SIGKILL');
  await eventually(async () => (await running.find()) === undefined);
  const second = await running.start(place.config());
  expect(second.pid).not.toBe(first.pid);
  expect((await running.status()).pid).toBe(second.pid);
});

test('one whose sockets were taken away is replaced', async () => {
  const first = await running.start(place.config());
  await rm(join(place.root, 'run'), { recursive: true });
  const second = await running.start(place.config());
  expect(second.pid).not.toBe(first.pid);
  expect(await place.world.programs.look(first.pid)).toBeUndefined();
});

test('it ends when its directory is gone, and does not make it anew', async () => {
  const { pid } = await running.start(place.config());
  using machine = await SocketMachine.plugIn(0, place.config().segment);
  machine.say(EVERYBODY);
  await rm(place.directory, { recursive: true });
  await eventually(async () => (await place.world.programs.look(pid)) === undefined);
  expect(existsSync(place.directory)).toBe(false);
  expect(existsSync(place.config().segment)).toBe(false);
});

test('one that cannot start says why', async () => {
  const broken = { ...place.config(), segment: join(place.root, 'x'.repeat(120)) };
  await expect(running.start(broken)).rejects.toThrow(/It has ended at once[^]*EINVAL/);
});
