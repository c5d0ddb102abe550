import { CLUSTER } from '../undertaking.ts';
import type { ToyAccount } from '../toy-account.ts';
import { newest } from '../toy-object.ts';
import type { Scene } from './scene.ts';

/** Somebody else hangs on the object, so that it cannot be destroyed until he lets go. */
export function holdOnTo(scene: Scene, id: string): () => void {
  const values = { serverId: 'network-1', groupId: id, weight: 1 };
  const theirs = unwatched(scene, (account) => account.create({ kind: 'toy.link', values, owner: undefined }));
  return () => scene.account.data.entries.delete(theirs.id);
}

/** For a while the object is not ready, as if it were being repaired. */
export function keepBusy({ account, world }: Scene, id: string, forMs: number): void {
  const entry = account.data.entries.get(id);
  if (entry === undefined) throw new RangeError(`There is no ${id}.`);
  const object = { ...newest(entry), readyAtMs: world.nowMs + forMs };
  entry.versions = [...entry.versions, { atMs: world.nowMs, object }];
}

/** An object with our mark that nobody knows of: the late fruit of some request. Answers whether it still lives. */
export function leaveStray(scene: Scene): () => boolean {
  const owner = { cluster: CLUSTER, instanceId: 'aninstancethatnobodyknows' };
  const values = { cidr: 'stray', label: 'stray' };
  const stray = unwatched(scene, (account) => account.create({ kind: 'toy.network', values, owner }));
  return () => scene.account.living().some(({ id }) => id === stray.id);
}

/** What others do is not judged, and no weather hinders them. */
function unwatched<T>({ account, checker, weather }: Scene, act: (account: ToyAccount) => T): T {
  account.watcher = undefined;
  weather.isCalm = true;
  const result = act(account);
  weather.isCalm = false;
  account.watcher = checker;
  return result;
}
