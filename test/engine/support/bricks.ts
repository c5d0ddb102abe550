import { assert } from '#std/assert.ts';
import { Secret } from '#std/secret.ts';
import { defineResource, type Identity, type ReplaceOrder, type ResourceType } from '#engine/resource.ts';
import { z } from 'zod';

const inputs = z.strictObject({
  shape: z.string(),
  colour: z.string().default('grey'),
  /** The id of what it stands on: it cannot be moved. */
  on: z.string().optional(),
  /** The label of what it stands near: it can be turned. */
  near: z.string().optional(),
  secret: z.instanceof(Secret).optional(),
});

const outputs = z.strictObject({ id: z.string(), label: z.string(), heat: z.number() });

export type BrickOutputs = z.output<typeof outputs>;

/** Planning is pure: whoever calls a method of these kinds has looked at the world. */
function defineBrick(kind: string, replaceOrder: ReplaceOrder, identity: Identity = 'token') {
  return defineResource<undefined>()({
    kind,
    inputs,
    outputs,
    identity,
    replaceOn: ['shape', 'on'],
    replaceOrder,
    // Some colours do not hold on some bricks: the label tells.
    cannotBecome: ({ label }, { colour }) => (label === `no ${colour}` ? ['colour'] : []),
    stableOutputs: ['id'],
    ignoreDriftOf: ['heat'],
    idOf: ({ id }) => id,
    observe: untouched,
    create: untouched,
    sync: untouched,
    destroy: untouched,
  });
}

/** Bricks are replaced create-first. */
export const brick = defineBrick('brick', 'create-first');
/** Pillars carry something: two do not fit in one place, so they are replaced destroy-first. */
export const pillar = defineBrick('pillar', 'destroy-first');
/** Plaques go by their name: a second one of the same name is refused. */
export const plaque = defineBrick('plaque', 'create-first', 'name');

export const kinds: ReadonlyMap<string, ResourceType> = new Map<string, ResourceType>([
  [brick.kind, brick],
  [pillar.kind, pillar],
  [plaque.kind, plaque],
]);

async function untouched(): Promise<never> {
  assert(false, 'A plan has touched the world.');
}
