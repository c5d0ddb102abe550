import fc from 'fast-check';
import { makeBlueprint, BlueprintBuilder, type Blueprint } from '#engine/blueprint.ts';
import type { InstanceId } from '#engine/address.ts';
import { resolveRefs } from '#engine/ref.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { READY, type Observation } from '#engine/resource.ts';
import { brick, pillar } from './bricks.ts';
import { outputsFor } from './perfect-apply.ts';
import { at, CLUSTER, creating, destroying, ready, updating } from './scenario.ts';

/** What is declared, what the state knows and what was seen, at odds with one another. */
export interface World {
  readonly blueprint: Blueprint;
  readonly records: readonly ResourceRecord[];
  readonly seen: ReadonlyMap<InstanceId, Observation>;
}

const PLACES = 6;
const places = Array.from({ length: PLACES }, (_, place) => place);
const place = fc.nat({ max: PLACES - 1 });
const anyPlaces = fc.uniqueArray(place, { maxLength: 3 });
const perhapsPlace = fc.option(place, { nil: undefined, freq: 2 });

const shapeAndColour = { shape: fc.constantFrom('square', 'round'), colour: fc.constantFrom('red', 'blue') };
const links = { on: perhapsPlace, near: perhapsPlace, within: perhapsPlace, others: anyPlaces };
const rarely = fc.integer({ min: 0, max: 7 }).map((die) => die === 7);

const declaredThing = fc.record({
  ...shapeAndColour,
  ...links,
  retain: rarely,
  declared: fc.nat({ max: 4 }).map((die) => die > 0),
  turn: fc.constantFrom(undefined, undefined, 'first', 'second'),
});

const recordedObject = fc.record({
  ...shapeAndColour,
  ...links,
  retain: rarely,
  /** As the last run left it: nothing to do, unless what it refers to moved. */
  faithful: fc.boolean(),
  status: fc.constantFrom('ready', 'ready', 'ready', 'updating', 'creating', 'destroying'),
  sight: fc.constantFrom('none', 'present', 'present', 'drifted', 'broken', 'absent', 'unreachable'),
});

const thing = fc.record({
  isPillar: fc.boolean(),
  wanted: declaredThing,
  objects: fc.array(recordedObject, { maxLength: 3 }),
  holder: fc.nat({ max: 2 }),
});

type Thing = typeof thing extends fc.Arbitrary<infer T> ? T : never;
type Links = Pick<Thing['wanted'], 'shape' | 'colour' | 'on' | 'near' | 'within' | 'others'>;

export const worlds: fc.Arbitrary<World> = fc
  .record({
    things: fc.array(thing, { minLength: PLACES, maxLength: PLACES }),
    /** Histories in which what depends on what was once the other way round. */
    history: fc.oneof(
      { weight: 2, arbitrary: fc.constant(places) },
      { weight: 1, arbitrary: fc.shuffledSubarray(places, { minLength: PLACES }) },
    ),
  })
  .map(({ things, history }) => {
    const blueprint = declareAll(things);
    const records = recordAll(things, history, blueprint);
    const sights = things.flatMap(({ objects }) => objects.map(({ sight }) => sight));
    const seen = new Map(records.flatMap((record, index) => see(record, sights[index] ?? 'none')));
    return { blueprint, records, seen };
  });

function name(index: number): string {
  return `thing-${index}`;
}

function declareAll(things: readonly Thing[]): Blueprint {
  const builder = new BlueprintBuilder();
  for (const [index, { isPillar, wanted }] of things.entries()) {
    if (!wanted.declared) continue;
    const exists = (other: number | undefined): other is number =>
      other !== undefined && other < index && things[other]?.wanted.declared === true;
    const { shape, colour, on, near, within, others, retain, turn } = wanted;
    const inputs = {
      shape,
      colour,
      ...(exists(on) ? { on: { $ref: at(name(on)), output: 'id' } } : {}),
      ...(exists(near) ? { near: { $ref: at(name(near)), output: 'label' } } : {}),
    };
    builder.declare(isPillar ? pillar : brick, name(index), inputs, {
      retain,
      turn,
      dependsOn: others.filter(exists).map((other) => at(name(other))),
      ...(exists(within) ? { within: at(name(within)) } : {}),
    });
  }
  return makeBlueprint(builder.build().declarations.values());
}

function recordAll(
  things: readonly Thing[],
  history: readonly number[],
  { declarations }: Blueprint,
): readonly ResourceRecord[] {
  let incarnation = 0;
  const made = things.map(({ objects }) => objects.map(() => (incarnation += 1)));
  /** What an object of that time referred to: the youngest instance of the other. */
  const lookup = (other: string) => {
    const [, index = ''] = other.split('-');
    const { objects = [], isPillar: _isPillar } = things[Number(index)] ?? {};
    const object = objects.at(-1);
    return object === undefined ? undefined : outputsFor(other, made[Number(index)]?.at(-1) ?? 0, object);
  };
  return things.flatMap(({ isPillar, objects, holder }, index) =>
    objects.map((object, nth): ResourceRecord => {
      const earlier = (other: number | undefined): other is number =>
        other !== undefined && history.indexOf(other) < history.indexOf(index);
      const declaration = declarations.get(at(name(index)));
      const told = {
        kind: isPillar ? 'pillar' : 'brick',
        incarnation: made[index]?.[nth] ?? 0,
        deposed: nth !== Math.min(holder, objects.length - 1),
        ...(object.faithful && declaration !== undefined
          ? {
              inputs: resolveRefs(declaration.inputs, ({ $ref, output }) => Reflect.get(lookup($ref) ?? {}, output)),
              dependsOn: declaration.dependsOn,
              within: declaration.within,
              retain: declaration.retain,
            }
          : asLinked(object, earlier, lookup)),
      };
      const outputs = outputsFor(name(index), told.incarnation, told.inputs);
      const make = { ready, creating, updating, destroying }[object.status];
      const record = make(name(index), told);
      return record.status === 'creating' ? record : { ...record, outputs };
    }),
  );
}

function asLinked(
  { shape, colour, on, near, within, others, retain }: Links & { readonly retain: boolean },
  earlier: (other: number | undefined) => other is number,
  lookup: (other: string) => { id: string; label: string } | undefined,
) {
  const onId = earlier(on) ? lookup(name(on))?.id : undefined;
  const nearLabel = earlier(near) ? lookup(name(near))?.label : undefined;
  return {
    inputs: {
      shape,
      colour,
      ...(onId === undefined ? {} : { on: onId }),
      ...(nearLabel === undefined ? {} : { near: nearLabel }),
    },
    dependsOn: [...new Set([on, near, within, ...others].filter(earlier).map((other) => at(name(other))))].toSorted(),
    within: earlier(within) ? at(name(within)) : undefined,
    retain,
  };
}

function see(record: ResourceRecord, sight: Thing['objects'][number]['sight']): readonly [InstanceId, Observation][] {
  const { instanceId, outputs, status } = record;
  if (sight === 'none' || status === 'creating' || status === 'destroying') return [];
  if (sight === 'absent') return [[instanceId, { state: 'absent' }]];
  if (sight === 'unreachable') return [[instanceId, { state: 'unreachable', reason: 'no route' }]];
  return [
    [
      instanceId,
      {
        state: 'present',
        outputs: sight === 'drifted' && typeof outputs === 'object' ? { ...outputs, label: 'graffiti' } : outputs,
        owner: { cluster: CLUSTER, instanceId },
        condition: sight === 'broken' ? { is: 'broken', reason: 'it fell over' } : READY,
      },
    ],
  ];
}
