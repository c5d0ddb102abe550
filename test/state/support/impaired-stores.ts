import type { ObjectStore } from '#state/object-store.ts';
import type { Bench } from './bench.ts';
import { type Fate, faultyStore } from './faulty-store.ts';
import { type Operation, wrapStore } from './wrapped-store.ts';

/** A store that stops answering its user: as good as dead to everybody else. */
export function mortal(objects: ObjectStore, fate: Fate = 'ambiguous') {
  const dead = { now: false };
  return { dead, store: faultyStore(objects, () => (dead.now ? fate : 'fine')) };
}

/** A store whose user can be frozen: its requests set out when it wakes up. */
export function freezable(objects: ObjectStore) {
  let gate: { readonly promise: Promise<void>; resolve(): void } | undefined;
  let trigger: (operation: Operation) => boolean = () => false;
  const freeze = (): void => {
    gate ??= Promise.withResolvers<void>();
  };
  const wait = async (operation: Operation): Promise<void> => {
    if (trigger(operation)) freeze();
    await gate?.promise;
  };
  return {
    freeze,
    freezeOn: (condition: (operation: Operation) => boolean) => {
      trigger = condition;
    },
    thaw: () => {
      trigger = () => false;
      gate?.resolve();
      gate = undefined;
    },
    store: wrapStore(objects, async (operation, act) => {
      await wait(operation);
      return act();
    }),
  };
}

/** A store whose every answer takes its time. */
export function delayed(bench: Bench, delayMs: () => number): ObjectStore {
  const { objects, clock } = bench;
  return wrapStore(objects, async (_operation, act) => {
    try {
      return await act();
    } finally {
      await clock.sleep(delayMs());
    }
  });
}
