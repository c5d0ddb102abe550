import type { ObjectStore } from '#state/object-store.ts';

export interface Operation {
  readonly name: keyof Omit<ObjectStore, 'location'>;
  readonly key: string;
  readonly body?: string;
}

export type Around = <T>(operation: Operation, act: () => Promise<T>) => Promise<T>;

/** A store with something around each of its operations. */
export function wrapStore(objects: ObjectStore, around: Around): ObjectStore {
  return {
    location: objects.location,
    readRegister: (key) => around({ name: 'readRegister', key }, () => objects.readRegister(key)),
    swapRegister: (key, body, tag) =>
      around({ name: 'swapRegister', key, body }, () => objects.swapRegister(key, body, tag)),
    createObject: (key, body) => around({ name: 'createObject', key, body }, () => objects.createObject(key, body)),
    readObject: (key) => around({ name: 'readObject', key }, () => objects.readObject(key)),
    listObjects: (key, after) => around({ name: 'listObjects', key }, () => objects.listObjects(key, after)),
    removeObject: (key) => around({ name: 'removeObject', key }, () => objects.removeObject(key)),
  };
}
