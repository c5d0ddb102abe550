import { expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { FaultLottery, type FaultRates } from './faults.ts';
import { SeededRandom } from './seeded-random.ts';
import { type CreateRequest, emptyAccount, ToyAccount } from './toy-account.ts';
import type { ToyObject } from './toy-object.ts';

const OWNER = { cluster: 'ourcluster', instanceId: 'instance' };
const LAG_MS = 8_000;

function makeAccount(rates: FaultRates = {}) {
  const clock = { nowMs: 0 };
  const random = new SeededRandom(1);
  const faults = new FaultLottery(random, rates);
  const account = new ToyAccount(emptyAccount(), { nowMs: () => clock.nowMs, random, faults, visibleWithinMs: LAG_MS });
  return { account, clock };
}

function makePlace(account: ToyAccount): { readonly network: ToyObject; readonly group: ToyObject } {
  const network = account.create({ kind: 'toy.network', values: { cidr: '10.0.0.0/16', label: 'l' }, owner: OWNER });
  const values = { name: 'group', networkId: network.id, ports: '443' };
  return { network, group: account.create({ kind: 'toy.group', values, owner: OWNER }) };
}

function serverRequest({ network, group }: ReturnType<typeof makePlace>, token: string, zone: string): CreateRequest {
  const values = { name: 'server', networkId: network.id, groupId: group.id, image: 'image', size: 'small' };
  return { kind: 'toy.server', values, owner: OWNER, token, zone };
}

function refusalOf(act: () => unknown): string {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return error.reason ?? error.outcome;
  }
}

test('a token makes one server in one zone, and another one in another zone', () => {
  const { account } = makeAccount();
  const place = makePlace(account);
  const first = account.create(serverRequest(place, 'token', 'zone-a'));
  expect(account.create(serverRequest(place, 'token', 'zone-a')).id).toBe(first.id);
  expect(account.create(serverRequest(place, 'token', 'zone-b')).id).not.toBe(first.id);
});

test('a token is refused with other parameters, and once its server has ended', () => {
  const { account } = makeAccount();
  const request = serverRequest(makePlace(account), 'token', 'zone-a');
  const other = { ...request, values: { ...request.values, size: 'large' } };
  const { id } = account.create(request);
  expect(refusalOf(() => account.create(other))).toBe('token-mismatch');
  account.remove('toy.server', id);
  expect(refusalOf(() => account.create(request))).toBe('token-spent');
});

test('names and attachments are unique, networks are not', () => {
  const { account } = makeAccount();
  const place = makePlace(account);
  const server = account.create(serverRequest(place, 'token', 'zone-a'));
  const values = { serverId: server.id, groupId: place.group.id, weight: 1 };
  account.create({ kind: 'toy.link', values, owner: OWNER });
  expect(refusalOf(() => account.create({ kind: 'toy.link', values: { ...values, weight: 2 }, owner: OWNER }))).toBe(
    'exists',
  );
  expect(refusalOf(() => account.create({ kind: 'toy.group', values: place.group.values, owner: undefined }))).toBe(
    'exists',
  );
  expect(refusalOf(() => account.create({ kind: 'toy.network', values: place.network.values, owner: OWNER }))).toBe(
    'accepted',
  );
});

test('what is in use cannot be deleted; a server holds its network until it is gone, and is listed for a while after', () => {
  const { account, clock } = makeAccount();
  const place = makePlace(account);
  const server = account.create(serverRequest(place, 'token', 'zone-a'));
  expect(refusalOf(() => account.remove('toy.network', place.network.id))).toBe('dependency');
  account.remove('toy.server', server.id);
  expect(refusalOf(() => account.remove('toy.group', place.group.id))).toBe('dependency');
  clock.nowMs += 6_000;
  account.remove('toy.group', place.group.id);
  account.remove('toy.network', place.network.id);
  expect(account.living()).toEqual([]);
  expect(account.read('toy.server', () => true).map(({ phase }) => phase)).toEqual(['gone']);
  clock.nowMs += 20_001;
  expect(account.read('toy.server', () => true)).toEqual([]);
});

test('a tenant can be reached only while its server runs, and goes with it', () => {
  const { account, clock } = makeAccount();
  const server = account.create(serverRequest(makePlace(account), 'token', 'zone-a'));
  const request: CreateRequest = {
    kind: 'toy.tenant',
    values: { serverId: server.id, name: 'n', text: 't' },
    owner: OWNER,
  };
  expect(refusalOf(() => account.create(request))).toBe('not-yet');
  clock.nowMs += 12_000;
  account.create(request);
  account.remove('toy.server', server.id);
  clock.nowMs += 6_000;
  expect(account.living().map(({ kind }) => kind)).toEqual(['toy.network', 'toy.group']);
});

test('reads lag behind by at most the promised time, each by itself', () => {
  const { account, clock } = makeAccount({ 'stale-read': 1 });
  clock.nowMs = 60_000;
  account.create({ kind: 'toy.network', values: { cidr: '10.0.0.0/16', label: 'l' }, owner: OWNER });
  clock.nowMs += LAG_MS / 2;
  const sights = Array.from({ length: 50 }, () => account.read('toy.network', () => true).length);
  expect(new Set(sights)).toEqual(new Set([0, 1]));
  clock.nowMs += LAG_MS;
  expect(account.read('toy.network', () => true)).toHaveLength(1);
});
