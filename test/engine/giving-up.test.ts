import { expect, test } from 'vitest';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, type Condition, defineResource } from '#engine/resource.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { applyOneKind, type Ending } from './support/one-kind-run.ts';
import { declare, stateOf } from './support/scenario.ts';

/** One object whose condition a test decides. */
class Patient {
  condition: Condition = { is: 'pending', waitingFor: 'stage overlay', progress: { done: 2, of: 7 } };
  giveUp: () => Promise<void> = async () => undefined;
  givenUp = 0;
  made = 0;
  isThere = false;

  readonly type = defineResource<unknown>()({
    kind: 'patient',
    inputs: z.strictObject({}),
    outputs: z.strictObject({ id: z.string() }),
    identity: 'token',
    replaceOn: [],
    replaceOrder: 'create-first',
    stableOutputs: ['id'],
    idOf: ({ id }) => id,
    observe: async (_session, { cluster, instanceId }) => {
      if (!this.isThere) return ABSENT;
      const owner = { cluster, instanceId };
      return { state: 'present', outputs: { id: 'one' }, owner, condition: this.condition };
    },
    create: async () => {
      this.isThere = true;
      this.made += 1;
      return { id: 'one' };
    },
    sync: async (_session, _context, _inputs, observed) => observed,
    giveUp: async () => {
      this.givenUp += 1;
      await this.giveUp();
    },
    destroy: async () => undefined,
  });
}

async function apply(patient: Patient, patience = 1, clock = new VirtualClock()): Promise<Ending> {
  const type = { ...patient.type, patience };
  const wanted = declare((blueprint) => void blueprint.declare(type, 'patient', {}));
  return applyOneKind({ clock, type, state: stateOf([]), wanted });
}

test('what does not become ready in time is given up, and the run says what it waited for', async () => {
  const patient = new Patient();
  const { result } = await apply(patient);
  expect(patient.givenUp).toBe(1);
  expect(result.failed.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
    'resource.not-ready: Waited in vain for stage overlay.',
  ]);
});

test('what is slower by its nature is waited for as many times as long', async () => {
  const waited = await Promise.all(
    [1, 2].map(async (patience) => {
      const clock = new VirtualClock();
      await apply(new Patient(), patience, clock);
      return clock.monotonicMs();
    }),
  );
  const [usual = 0, twice = 0] = waited;
  expect(twice / usual).toBeCloseTo(2, 1);
});

test('how far it has come is told while it is awaited', async () => {
  const { events } = await apply(new Patient());
  expect(events.find(({ type }) => type === 'waiting')).toMatchObject({
    waitingFor: 'stage overlay',
    progress: { done: 2, of: 7 },
  });
});

test('what can never become ready fails at once, with its own words, and is given up but not made again', async () => {
  const patient = new Patient();
  patient.condition = { is: 'failed', reason: 'Stage overlay: no route' };
  const { result } = await apply(patient);
  expect(result.failed.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
    'resource.failed: Stage overlay: no route',
  ]);
  expect(patient.givenUp).toBe(1);
  expect(patient.made).toBe(1);
});

test('when the service refuses the last word, the run still says what it waited for', async () => {
  const patient = new Patient();
  patient.giveUp = () => Promise.reject(new CallError({ outcome: 'rejected', reason: 'denied', message: 'no' }));
  const { result } = await apply(patient);
  expect(result.failed.map(({ code }) => code)).toEqual(['resource.not-ready']);
});
