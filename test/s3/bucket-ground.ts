import { setImmediate } from 'node:timers/promises';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { ObjectStore } from '#state/object-store.ts';
import type { Ground } from '../state/support/ground.ts';
import { wrapStore } from '../state/support/wrapped-store.ts';
import { type Judge, newBucket, storeIn } from './judge.ts';

/** Every bench stands on a new bucket of a judge; virtual time waits for real answers. */
export class BucketGround implements Ground {
  readonly #judge: Judge;
  readonly #client: S3Client;
  readonly #underWay = new Set<Promise<unknown>>();
  /** Requests that went over HTTP. */
  requests = 0;
  readonly stride = 7;

  constructor(judge: Judge) {
    this.#judge = judge;
    this.#client = this.#counting(judge.clientConfig);
  }

  newStore(): ObjectStore {
    return this.#storeOf(newBucket(this.#judge), this.#client);
  }

  /** A new store, and itself by another way, such as through a proxy. */
  async newStoreBy(endpoint: string): Promise<{ readonly direct: ObjectStore; readonly indirect: ObjectStore }> {
    const bucket = newBucket(this.#judge);
    await bucket;
    const indirect = this.#counting({ ...this.#judge.clientConfig, endpoint });
    return { direct: this.#storeOf(bucket, this.#client), indirect: this.#storeOf(bucket, indirect) };
  }

  readonly settled = async (): Promise<void> => {
    await setImmediate();
    while (this.#underWay.size > 0) {
      await Promise.allSettled(this.#underWay);
      await setImmediate();
    }
  };

  #storeOf(bucket: Promise<string>, client: S3Client): ObjectStore {
    const made = this.#track(bucket.then((name) => storeIn(name, this.#judge.clientConfig, client)));
    const arriving: ObjectStore = {
      location: `a bucket of ${this.#judge.title}`,
      readRegister: async (key) => (await made).readRegister(key),
      swapRegister: async (key, body, tag) => (await made).swapRegister(key, body, tag),
      createObject: async (key, body) => (await made).createObject(key, body),
      readObject: async (key) => (await made).readObject(key),
      listObjects: async (prefix, after) => (await made).listObjects(prefix, after),
      removeObject: async (key) => (await made).removeObject(key),
    };
    return wrapStore(arriving, (_operation, act) => this.#track(act()));
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work)).catch(() => undefined);
    return work;
  }

  #counting(config: S3ClientConfig): S3Client {
    const client = new S3Client(config);
    client.middlewareStack.add(
      (next) => async (args) => {
        this.requests += 1;
        return next(args);
      },
      { step: 'finalizeRequest' },
    );
    return client;
  }
}
