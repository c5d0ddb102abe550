import { expect, test } from 'vitest';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { ABSENT, defineResource, type Owner, READY } from '#engine/resource.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { applyOneKind, type Ending, REQUEST_AGE_MAX_MS } from './support/one-kind-run.ts';
import { at, CLUSTER, creating, declare, instance, stateOf, updating } from './support/scenario.ts';

const LATE_MS = REQUEST_AGE_MAX_MS - 500;

interface Lamp {
  readonly id: string;
  readonly owner: Owner;
  colour: string;
}

/** Lamps in two halls, and what becomes of requests that nobody waited for any more. */
class House {
  readonly clock = new VirtualClock();
  readonly lamps: Lamp[] = [];
  /** Answers to requests for a lamp, by hall; one that is answered `late` takes effect then. */
  readonly answers: ('late' | 'no room')[] = [];
  #made = 0;

  readonly type = defineResource<unknown>()({
    kind: 'lamp',
    inputs: z.strictObject({ colour: z.string() }),
    outputs: z.strictObject({ id: z.string(), colour: z.string() }),
    identity: 'token',
    replaceOn: [],
    replaceOrder: 'create-first',
    stableOutputs: ['id'],
    idOf: ({ id }) => id,
    variants: () => ['north hall', 'south hall'],
    observe: async (_session, { instanceId }) => {
      const lamp = this.lamps.find(({ owner }) => owner.instanceId === instanceId);
      if (lamp === undefined) return ABSENT;
      const { id, colour, owner } = lamp;
      return { state: 'present', outputs: { id, colour }, owner, condition: READY };
    },
    create: async (_session, { instanceId, variant }, { colour }) => {
      const make = (): Lamp => this.add(`lamp ${++this.#made} in the ${variant}`, { instanceId, colour });
      const answer = this.answers.shift();
      if (answer === 'late') {
        this.later(make);
        throw new CallError({ outcome: 'ambiguous', message: 'no answer' });
      }
      if (answer === 'no room') throw new CallError({ outcome: 'rejected', reason: 'capacity', message: 'no room' });
      const { id } = make();
      return { id, colour };
    },
    sync: async (_session, { instanceId }, { colour }, { id }) => {
      for (const lamp of this.lamps.filter(({ owner }) => owner.instanceId === instanceId)) lamp.colour = colour;
      return { id, colour };
    },
    destroy: async (_session, { instanceId }) => {
      this.lamps.splice(0, Infinity, ...this.lamps.filter(({ owner }) => owner.instanceId !== instanceId));
    },
  });

  add(id: string, { instanceId, colour }: Pick<Owner, 'instanceId'> & Pick<Lamp, 'colour'>): Lamp {
    const lamp = { id, colour, owner: { cluster: CLUSTER, instanceId } };
    this.lamps.push(lamp);
    return lamp;
  }

  /** A request of before arrives, as late as one can. */
  later(takeEffect: () => void): void {
    void this.clock.sleep(LATE_MS).then(takeEffect);
  }

  /** One run to its end, and all that is under way with it. */
  async apply(colour: string | undefined, records: readonly ResourceRecord[] = []): Promise<Ending> {
    const { clock, type } = this;
    const wanted = declare((blueprint) => {
      if (colour !== undefined) blueprint.declare(type, 'lamp', { colour });
    });
    const ending = await applyOneKind({ clock, type, state: stateOf(records), wanted });
    await clock.advance(2 * REQUEST_AGE_MAX_MS);
    return ending;
  }
}

test('as long as the first request may still be answered, no room there is no reason to go elsewhere', async () => {
  const house = new House();
  house.answers.push('late', 'no room');
  const { result } = await house.apply('red');
  expect(result.ok).toBe(true);
  expect(house.lamps.map(({ id }) => id)).toEqual(['lamp 1 in the north hall']);
});

test('what was asked for and is wanted no more is awaited, and ended when it comes after all', async () => {
  const house = new House();
  const record = { ...creating('lamp', { inputs: { colour: 'red' } }), kind: 'lamp', variant: 'north hall' };
  const { instanceId } = record;
  house.later(() => house.add('late lamp', { instanceId, colour: 'red' }));
  const { result } = await house.apply(undefined, [record]);
  expect(result.ok).toBe(true);
  expect(house.lamps).toEqual([]);
});

test('a change that was cut short does not arrive after the one that follows it', async () => {
  const house = new House();
  const lamp = house.add('lamp', { instanceId: instance('lamp'), colour: 'red' });
  house.later(() => (lamp.colour = 'green'));
  const cutShort = updating('lamp', { inputs: { colour: 'green' } });
  const { result } = await house.apply('blue', [
    { ...cutShort, kind: 'lamp', address: at('lamp'), outputs: { id: 'lamp', colour: 'red' } },
  ]);
  expect(result.ok).toBe(true);
  expect(lamp.colour).toBe('blue');
});
