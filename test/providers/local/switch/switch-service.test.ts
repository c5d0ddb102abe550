import { Resolver } from 'node:dns/promises';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { orderSwitch } from '#providers/local/switch/control-client.ts';
import type { LinkInput } from '#providers/local/switch/links.ts';
import { macText } from '#providers/local/switch/mac-address.ts';
import { type SwitchConfigInput, switchPlaces } from '#providers/local/switch/switch-config.ts';
import { SwitchService } from '#providers/local/switch/switch-service.ts';
import { SmallDns } from '../../../support/small-dns.ts';
import { SocketMachine } from './support/socket-machine.ts';
import { DOMAIN, eventually, SwitchPlace } from './support/switch-place.ts';
import { EVERYBODY, macOf } from './support/test-frame.ts';
import { knownMachine } from './support/test-machine.ts';

let place: SwitchPlace;

beforeEach(async () => {
  place = await SwitchPlace.make();
});

afterEach(() => place[Symbol.asyncDispose]());

async function open(change: Partial<SwitchConfigInput> = {}, directory = place.directory) {
  const config = place.config(change);
  const places = switchPlaces(directory);
  await mkdir(directory, { recursive: true });
  await mkdir(join(place.root, 'run'), { recursive: true });
  await place.world.disk.write(places.config, Buffer.from(JSON.stringify(config)));
  const service = await SwitchService.open({ world: place.world, places, self: { pid: 1, start: 'then' } });
  const order = (request: Parameters<typeof orderSwitch>[2]) => orderSwitch(place.world, config.control, request);
  return { config, places, order, ended: service.ended, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

function resolverAt(port: number): Resolver {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return resolver;
}

test('a resolver of others is told names, texts, aliases, the zone itself, and what is not there', async () => {
  await place.writeRecord('api', 'A', '10.20.0.4', '10.20.0.5');
  await place.writeRecord('www', 'CNAME', `api.${DOMAIN}`);
  await place.writeRecord('note', 'TXT', 'one two', 'y'.repeat(400));
  await place.litter(join(place.names, 'half.json'));
  await using running = await open();
  const { dnsPort, records } = await running.order({ do: 'status' });
  expect(records).toBe(3);
  const resolver = resolverAt(dnsPort);
  expect((await resolver.resolve4(`api.${DOMAIN}`)).toSorted()).toEqual(['10.20.0.4', '10.20.0.5']);
  expect(await resolver.resolve4(`API.${DOMAIN}`, { ttl: true })).toContainEqual({ address: '10.20.0.4', ttl: 30 });
  expect((await resolver.resolve4(`www.${DOMAIN}`)).toSorted()).toEqual(['10.20.0.4', '10.20.0.5']);
  expect(await resolver.resolveCname(`www.${DOMAIN}`)).toEqual([`api.${DOMAIN}`]);
  expect((await resolver.resolveTxt(`note.${DOMAIN}`)).map((parts) => parts.join(''))).toEqual([
    'one two',
    'y'.repeat(400),
  ]);
  expect(await resolver.resolveNs(DOMAIN)).toEqual([`ns.${DOMAIN}`]);
  expect(await resolver.resolveSoa(DOMAIN)).toMatchObject({ nsname: `ns.${DOMAIN}`, minttl: 5 });
  await expect(resolver.resolve6(`api.${DOMAIN}`)).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolve4(`gone.${DOMAIN}`)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolve4('example.com')).rejects.toMatchObject({ code: 'EREFUSED' });
});

test('foreign names are asked of the resolvers of the workstation, the next when one is silent', async () => {
  await using silent = await SmallDns.open();
  await using other = await SmallDns.open();
  silent.answers.set('example.com', 'silent');
  other.answers.set('example.com', ['ns.example.net']);
  await using running = await open({ resolvers: [silent.address, other.address] });
  const { dnsPort } = await running.order({ do: 'status' });
  const patient = new Resolver({ timeout: 8_000, tries: 1 });
  patient.setServers([`127.0.0.1:${dnsPort}`]);
  expect(await patient.resolveNs('example.com')).toEqual(['ns.example.net']);
  expect(silent.asked).toEqual(['example.com']);
  await expect(patient.resolveNs('nobody.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(patient.resolve4(`gone.${DOMAIN}`)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(other.asked).toEqual(['example.com']);
});

test('records and machines that come, change and go are known within two seconds, or at once when it is told', async () => {
  await using running = await open();
  const { config, order } = running;
  const resolver = resolverAt((await order({ do: 'status' })).dnsPort);
  await place.writeRecord('api', 'A', '10.20.0.4');
  await place.writeMachine(knownMachine(0));
  await eventually(async () => {
    const { records, machines } = await order({ do: 'status' });
    return records === 1 && machines.length === 1;
  });
  expect(await resolver.resolve4(`api.${DOMAIN}`)).toEqual(['10.20.0.4']);
  expect((await order({ do: 'status' })).machines).toMatchObject([{ ...knownMachine(0), isConnected: false }]);
  using machine = await SocketMachine.plugIn(0, config.segment);
  machine.say(EVERYBODY);
  await eventually(async () => (await order({ do: 'status' })).machines[0]?.isConnected === true);
  await place.writeRecord('api', 'A', '10.20.0.9');
  await place.writeMachine({ ...knownMachine(0), zone: 'local-1c' });
  const told = await order({ do: 'reload' });
  expect(told.machines[0]).toMatchObject({ zone: 'local-1c', isConnected: true, framesReceived: 1 });
  expect(await resolver.resolve4(`api.${DOMAIN}`)).toEqual(['10.20.0.9']);
});

test('rules are kept for the switch that comes after it', async () => {
  const links: LinkInput[] = [{ between: [{ zone: 'local-1a' }, { zone: 'local-1b' }], latencyMs: 3 }];
  const first = await open();
  const set = await first.order({ do: 'set-links', links });
  expect(set.links).toMatchObject([{ latencyMs: 3, isCut: false, loss: 0 }]);
  await first[Symbol.asyncDispose]();
  await using second = await open();
  expect((await second.order({ do: 'status' })).links).toEqual(set.links);
});

test('the one that another has taken the place of ends', async () => {
  await using running = await open();
  const state = { format: 1, pid: 2, start: 'later', region: 'local-1', dnsPort: 1 };
  await place.world.disk.write(running.places.state, Buffer.from(JSON.stringify(state)));
  expect(await running.ended).toBe('another has taken its place');
});

test('an order that makes no sense is refused, and the next one is heard', async () => {
  await using running = await open();
  const { config } = running;
  const connection = await place.world.sockets.connect({ path: config.control });
  let said = '';
  connection.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  connection.write(
    'what\n{"do":"dance"}\n{"do":"set-links","links":[{"between":[{},{}],"loss":2}]}\n{"do":"status"}\n',
  );
  await eventually(() => said.split('\n').length === 5);
  expect(
    said
      .split('\n')
      .slice(0, 4)
      .map((line) => line.startsWith('{"ok":true')),
  ).toEqual([false, false, false, true]);
  connection.destroy();
});

test('a stream that is none of frames is cut off, and nobody else', async () => {
  await using running = await open();
  const { config } = running;
  using good = await SocketMachine.plugIn(0, config.segment);
  using other = await SocketMachine.plugIn(1, config.segment);
  using bad = await SocketMachine.plugIn(2, config.segment);
  bad.socket.write('GET / HTTP/1.1\r\n\r\n');
  await eventually(() => bad.socket.destroyed);
  const frame = good.say(macOf(1));
  await eventually(() => other.received.length === 1);
  expect(other.received).toEqual([frame]);
});

test('a receiver that does not read makes the sender wait, and then has every frame in order', async () => {
  for (const index of [0, 1]) await place.writeMachine(knownMachine(index));
  await using running = await open();
  using first = await SocketMachine.plugIn(0, running.config.segment);
  using second = await SocketMachine.plugIn(1, running.config.segment);
  second.say(EVERYBODY);
  await eventually(() => first.received.length === 1);
  second.socket.pause();
  const sent = Array.from({ length: 4_000 }, () => first.say(macOf(1), 1_500));
  await eventually(async () => (await running.order({ do: 'status' })).machines[0]?.isWaiting === true);
  expect(first.socket.writableLength).toBeGreaterThan(1_000_000);
  second.socket.resume();
  await eventually(() => second.received.length === sent.length);
  expect(second.received).toEqual(sent);
});

test('two regions are one segment over a trunk, rules act once, and it comes back by itself', async () => {
  const path = join(place.root, 'run', 'trunk');
  const far = { region: 'local-2', address: '10.30.0.2' };
  const sockets = { segment: join(place.root, 'run', 'segment-2'), control: join(place.root, 'run', 'switch-2') };
  for (const [index, region] of ['local-1', 'local-2'].entries())
    await place.writeMachine(knownMachine(index, { region }));
  await using here = await open({ trunks: [{ region: 'local-2', path, side: 'listen' }] });
  const openThere = () =>
    open({ ...far, ...sockets, trunks: [{ region: 'local-1', path, side: 'connect' }] }, join(place.root, 'network-2'));
  const there = await openThere();
  using first = await SocketMachine.plugIn(0, here.config.segment);
  using second = await SocketMachine.plugIn(1, there.config.segment);
  const isUp = async () => (await here.order({ do: 'status' })).trunks[0]?.isConnected === true;
  await eventually(isUp);
  const links: LinkInput[] = [{ between: [{ region: 'local-1' }, { region: 'local-2' }], latencyMs: 400 }];
  await here.order({ do: 'set-links', links });
  await there.order({ do: 'set-links', links });
  first.say(EVERYBODY);
  second.say(EVERYBODY);
  await eventually(() => first.received.length === 1 && second.received.length === 1);
  const startMs = performance.now();
  const sent = [first.say(macOf(1)), first.say(macOf(1))];
  await eventually(() => second.received.length === 3);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(399);
  expect(performance.now() - startMs).toBeLessThan(800);
  expect(second.received.slice(1)).toEqual(sent);
  await there[Symbol.asyncDispose]();
  await eventually(async () => !(await isUp()));
  await using again = await openThere();
  await eventually(isUp);
  using back = await SocketMachine.plugIn(1, again.config.segment);
  first.say(macOf(1));
  await eventually(() => back.received.length === 1);
  expect(macText(back.received[0]?.from ?? 0)).toBe(knownMachine(0).mac);
});
