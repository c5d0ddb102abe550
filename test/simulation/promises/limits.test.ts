import { expect, test } from 'vitest';
import type { Blueprint } from '#engine/blueprint.ts';
import { toyGroup, toyNetwork, toyServer } from '../toy-kinds.ts';
import { BREAKING_IMAGE, REFUSED_SIZE } from '../toy-rules.ts';
import { blueprint, Stand } from './stand.ts';

interface Wish {
  readonly image?: string;
  readonly size?: string;
}

function servers(wishes: Readonly<Record<string, Wish>>): Blueprint {
  return blueprint((builder) => {
    const network = builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label: 'first' });
    const networkId = network.output('id');
    const group = builder.declare(toyGroup, 'group', { name: 'servers', networkId, ports: '443' });
    for (const [name, { image = 'image-1', size = 'small' }] of Object.entries(wishes)) {
      const inputs = { name, networkId, groupId: group.output('id'), image, size, zones: ['zone-a'] };
      builder.declare(toyServer, `server.${name}`, inputs);
    }
  });
}

test('a machine that keeps dying while it starts is made three times, cleared away each time, and then given up', async () => {
  const stand = new Stand();
  const { ok, failed } = await stand.apply(servers({ doomed: { image: BREAKING_IMAGE } }));
  expect(ok).toBe(false);
  expect(failed.map(({ code }) => code)).toEqual(['resource.keeps-breaking']);
  expect(stand.living('toy.server')).toEqual([]);
  const made = new Set(stand.events.map((event) => 'instanceId' in event && event.instanceId).filter(Boolean));
  expect(made.size).toBe(3);
});

test('every failure of a run is reported, and what does not depend on it is done all the same', async () => {
  const stand = new Stand();
  const wanted = servers({ one: { size: REFUSED_SIZE }, two: {}, three: { size: REFUSED_SIZE } });
  const { failed, skipped } = await stand.apply(wanted);
  expect(failed.map(({ code, address }) => `${code} ${address}`).toSorted()).toEqual([
    'call.rejected server.one',
    'call.rejected server.three',
  ]);
  expect(skipped).toEqual([]);
  expect(stand.living('toy.server').map(({ values }) => values['name'])).toEqual(['two']);
});

test('what a failed run left undone is done by the next one, and what was done stays as it was', async () => {
  const stand = new Stand();
  await stand.apply(servers({ one: { size: REFUSED_SIZE }, two: {} }));
  const [two] = stand.living('toy.server');
  expect(await stand.apply(servers({ one: {}, two: {} }))).toMatchObject({ ok: true, done: 1 });
  expect(stand.living('toy.server')).toHaveLength(2);
  expect(stand.living('toy.server')).toContainEqual(two);
});
