import { expect, test } from 'vitest';
import { locateState, type StateLocations } from '#app/state-location.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { StoreError } from '#state/object-store.ts';
import { Bench, TEST_LINEAGE } from '../state/support/bench.ts';
import { faultyStore } from '../state/support/faulty-store.ts';

const NEVER = new AbortController().signal;

/** A desk and a bucket of one cluster. */
class Scene {
  readonly bench = new Bench();
  isBucketThere = true;
  isInAccount = true;
  readonly locations: StateLocations;

  constructor(overrides: Partial<StateLocations> = {}) {
    this.locations = {
      local: this.#place('desk', new MemoryStore()),
      bucket: this.#place(
        'bucket',
        faultyStore(new MemoryStore(), () => (this.isBucketThere ? 'fine' : 'unavailable')),
      ),
      mayBegin: true,
      isNew: false,
      isInAccount: async () => this.isInAccount,
      ...overrides,
    };
  }

  locate(): Promise<string> {
    return this.bench.run(locateState(this.locations, NEVER).then(({ place }) => place));
  }

  async begin(): Promise<void> {
    const lease = await this.bench.run(this.locations.local.store.acquire());
    await this.bench.run(lease[Symbol.asyncDispose]());
  }

  async depart(from: 'local' | 'bucket', place: string): Promise<void> {
    const lease = await this.bench.run(this.locations[from].store.acquire());
    await this.bench.run(lease.depart({ to: `the ${place}`, place }));
  }

  #place(place: string, objects: StateLocations['local']['objects']) {
    return { store: this.bench.process({ objects, lineage: TEST_LINEAGE }), objects, title: `the ${place}`, place };
  }
}

test('a new cluster is begun on the workstation, without asking for a bucket that cannot be', async () => {
  const scene = new Scene({ isNew: true });
  scene.isBucketThere = false;
  expect(await scene.locate()).toBe('desk');
});

test('a cluster whose first run died before it began a state is begun after all', async () => {
  const scene = new Scene();
  [scene.isBucketThere, scene.isInAccount] = [false, false];
  expect(await scene.locate()).toBe('desk');
});

test('a bucket that does not answer is no missing state while the account has something of the cluster', async () => {
  const scene = new Scene();
  scene.isBucketThere = false;
  expect(await scene.bench.problemOf(locateState(scene.locations, NEVER))).toMatchObject({ code: 'state.unavailable' });
});

test('a workstation whose own copy was lost finds the state in the bucket, and begins no second one', async () => {
  const scene = new Scene();
  await scene.begin();
  await scene.depart('local', 'bucket');
  expect(await scene.locate()).toBe('bucket');
  const forgetful = { ...scene.locations, local: new Scene().locations.local };
  expect((await scene.bench.run(locateState(forgetful, NEVER))).place).toBe('bucket');
});

test('a state on its way is brought to its end, in both directions', async () => {
  const scene = new Scene();
  await scene.begin();
  expect(await scene.locate()).toBe('desk');
  await scene.depart('local', 'bucket');
  expect(await scene.locate()).toBe('bucket');
  await scene.depart('bucket', 'desk');
  expect(await scene.locate()).toBe('desk');
});

test('a state that another workstation has fetched is with that one', async () => {
  const scene = new Scene();
  await scene.begin();
  await scene.depart('local', 'bucket');
  await scene.locate();
  await scene.depart('bucket', 'desk of grace');
  const { detail } = await scene.bench.problemOf(locateState(scene.locations, NEVER), 'state.moving');
  expect(detail).toBe('What was in the bucket is with the desk of grace now.');
});

test('a bucket that is gone, from a workstation that once moved its state there, was deleted from elsewhere', async () => {
  const scene = new Scene();
  await scene.begin();
  await scene.depart('local', 'bucket');
  await scene.locate();
  [scene.isBucketThere, scene.isInAccount] = [false, false];
  expect(await scene.bench.problemOf(locateState(scene.locations, NEVER))).toMatchObject({ code: 'state.absent' });
});

test('what an attached workstation does not find, it does not begin', async () => {
  const scene = new Scene({ mayBegin: false });
  expect(await scene.bench.problemOf(locateState(scene.locations, NEVER))).toMatchObject({ code: 'state.absent' });
});

test('a store that refuses says so at once', async () => {
  const denied = faultyStore(new MemoryStore(), () => 'denied');
  expect(await denied.readRegister('head.json').catch((error: unknown) => error)).toBeInstanceOf(StoreError);
  const scene = new Scene();
  const bucket = { ...scene.locations.bucket, store: scene.bench.process({ objects: denied }) };
  await scene.bench.problemOf(locateState({ ...scene.locations, bucket }, NEVER), 'state.denied');
});
