import { expect, test } from 'vitest';
import { parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { applyPlan } from '#engine/apply.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { planChanges, type Purpose } from '#engine/plan.ts';
import { observeAll } from '#engine/refresh.ts';
import { toyNetwork, toyRecord } from '../toy-kinds.ts';
import { CLUSTER } from '../undertaking.ts';
import { blueprint, Stand } from './stand.ts';

const NOTHING = blueprint(() => undefined);

const wanted = blueprint((builder) => {
  builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label: 'first' });
});

test('a deletion leaves zero, also when a second copy of a create request arrives after the object is gone', async () => {
  const stand = new Stand();
  await stand.apply(wanted);
  const [network] = stand.living('toy.network');
  const values = { cidr: '10.0.0.0/16', label: 'first' };
  stand.later(12_000, () => void stand.account.create({ kind: 'toy.network', values, owner: network?.owner }));
  expect(await stand.apply(NOTHING, {}, 'delete')).toMatchObject({ ok: true });
  await stand.rest();
  expect(stand.living('toy.network')).toEqual([]);
});

test('a deletion ends with a tombstone, touches nothing of others, and can be asked for again', async () => {
  const stand = new Stand();
  const owner = { cluster: 'somebodyelse0001', instanceId: 'theirinstance0001' };
  const theirs = stand.account.create({ kind: 'toy.network', values: { cidr: '10.0.0.0/16', label: 'x' }, owner });
  await stand.apply(wanted);
  await stand.apply(NOTHING, {}, 'delete');
  expect(await stand.withLease(async ({ snapshot }) => snapshot)).toMatchObject({ cluster: CLUSTER, tombstone: true });
  expect(await stand.apply(NOTHING, {}, 'delete')).toMatchObject({ ok: true, done: 0 });
  expect(stand.living('toy.network')).toEqual([theirs]);
});

test('a deleted cluster can be made again, and is none that was deleted then', async () => {
  const stand = new Stand();
  await stand.apply(wanted);
  await stand.apply(NOTHING, {}, 'delete');
  expect(await stand.apply(wanted)).toMatchObject({ ok: true, done: 1 });
  expect(await stand.withLease(async ({ snapshot }) => snapshot.tombstone)).toBe(false);
});

test('what a provider lists by mistake is not swept away when it is not ours', async () => {
  const stand = new Stand();
  const owner = { cluster: parseClusterUid('somebodyelse0001'), instanceId: parseInstanceId('theirinstance0001') };
  const theirs = stand.account.create({ kind: 'toy.network', values: { cidr: '10.0.0.0/16', label: 'x' }, owner });
  const outputs = { id: theirs.id, cidr: '10.0.0.0/16', label: 'x' };
  const careless = { ...toyNetwork, list: async () => [{ owner, outputs }] };
  const result = await stand.withLease((lease, { provider, ...runtime }) => {
    const types = new Map([...provider.types, [careless.kind, careless]]);
    const plan = planChanges(NOTHING, lease.snapshot, { types });
    return applyPlan(plan, { runtime: { ...runtime, provider: { ...provider, types } }, journal: lease });
  });
  expect(result).toMatchObject({ ok: true });
  expect(stand.living('toy.network')).toEqual([theirs]);
});

test('what a listing still shows of an object that was just destroyed is no stray', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const stand = new Stand(seed);
    stand.weather({ 'still-listed': 1, 'stale-read': 1 });
    await stand.apply(wanted);
    expect(await stand.apply(NOTHING)).toMatchObject({ ok: true, done: 1 });
    expect(stand.events.filter(({ type }) => type === 'stray-destroyed')).toEqual([]);
  }
});

const byName: typeof toyRecord = {
  ...toyRecord,
  idOf: () => 'www',
  observe: (session, context, { inputs }) => toyRecord.observe(session, context, { inputs, last: undefined }),
};

test.each([
  ['is known by its name alone', byName],
  ['bears no mark', { ...byName, bearsNoMark: true, list: async () => [] }],
])('a deletion leaves zero, also when a late request makes anew what %s', async (_what, type) => {
  const declared = blueprint((builder) => {
    builder.declare(toyRecord, 'record', { name: 'www', value: '192.0.2.1', ttl: 60 });
  });
  for (const afterMs of [3_000, 8_000, 13_000]) {
    const stand = new Stand();
    const run = (goal: Blueprint, purpose: Purpose) =>
      stand.withLease(async (lease, { provider, ...runtime }) => {
        const types = new Map([...provider.types, [type.kind, type]]);
        const around = { ...runtime, provider: { ...provider, types } };
        const observations = await observeAll(around, lease.snapshot, lease.lost);
        const plan = planChanges(goal, lease.snapshot, { types, observations, purpose });
        return applyPlan(plan, { runtime: around, journal: lease });
      });
    await run(declared, 'apply');
    const [record] = stand.living('toy.record');
    stand.later(afterMs, () => {
      if (stand.living('toy.record').length > 0) throw new RangeError(`It was still there after ${afterMs} ms.`);
      if (record !== undefined)
        stand.account.create({ kind: 'toy.record', values: record.values, owner: record.owner });
    });
    expect(await run(NOTHING, 'delete')).toMatchObject({ ok: true });
    await stand.rest();
    expect(stand.living('toy.record')).toEqual([]);
  }
});
