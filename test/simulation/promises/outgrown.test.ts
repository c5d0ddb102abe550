import { expect, test } from 'vitest';
import { applyPlan } from '#engine/apply.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import { planChanges } from '#engine/plan.ts';
import type { ResourceType } from '#engine/resource.ts';
import { toyGroup, toyNetwork, toyRecord, toyServer } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

/** A server that no request makes large. */
const smallForEver: ResourceType = {
  ...toyServer,
  cannotBecome: (_outputs, inputs) => (JSON.stringify(inputs).includes('large') ? ['size'] : []),
};

/** A server whose image and size are told by records, so that no plan knows them when those change. */
const sized = (size: string, ttl: number) =>
  blueprint((builder) => {
    const network = builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label: 'first' });
    const networkId = network.output('id');
    const group = builder.declare(toyGroup, 'group', { name: 'group', networkId, ports: '22' });
    const told = (name: string, value: string) =>
      builder.declare(toyRecord, name, { name, value, ttl }).output('value');
    const placed = { name: 'server', networkId, groupId: group.output('id'), zones: ['a'] };
    builder.declare(toyServer, 'server', { ...placed, image: told('image', 'debian'), size: told('size', size) });
  });

function apply(stand: Stand, wanted: Blueprint) {
  return stand.withLease((lease, { provider, ...runtime }) => {
    const types = new Map([...provider.types, [smallForEver.kind, smallForEver]]);
    const plan = planChanges(wanted, lease.snapshot, { types });
    return applyPlan(plan, { runtime: { ...runtime, provider: { ...provider, types } }, journal: lease });
  });
}

test('an object is made anew when it turns out while applying that it cannot become what is declared', async () => {
  const stand = new Stand();
  await apply(stand, sized('small', 60));
  const [before] = stand.living('toy.server');
  expect(await apply(stand, sized('large', 120))).toMatchObject({ ok: true });
  const [after, ...others] = stand.living('toy.server');
  expect(others).toEqual([]);
  expect(after).toMatchObject({ values: { size: 'large' } });
  expect(after?.id).not.toBe(before?.id);
});

test('and is kept when it can', async () => {
  const stand = new Stand();
  await apply(stand, sized('small', 60));
  const [before] = stand.living('toy.server');
  expect(await apply(stand, sized('medium', 120))).toMatchObject({ ok: true });
  const servers = stand.living('toy.server');
  expect(servers.map(({ id, values }) => [id, values['size']])).toEqual([[before?.id, 'medium']]);
});
