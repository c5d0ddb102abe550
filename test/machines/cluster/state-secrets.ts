import { parseClusterUid } from '#engine/address.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { KeyFile } from '#state/key-file.ts';
import { DEFAULT_LEASE_POLICY } from '#state/lease.ts';
import { StateStore } from '#state/state-store.ts';
import { Secret } from '#std/secret.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemRandom } from '#std/system-random.ts';
import type { SharedCluster } from './shared-cluster.ts';

/** Everything that is sealed in the state of the cluster, as only its key opens it. */
export async function stateSecrets(cluster: SharedCluster): Promise<readonly string[]> {
  const { state, stateKey, uid } = await cluster.places();
  const [files, random, processes] = [new SystemFiles(), new SystemRandom(), new SystemProcesses()];
  const store = new StateStore({
    objects: new DirectoryStore({ root: state, files, random }),
    seal: new KeyFile({ path: stateKey.file, files, random }),
    clock: new SystemClock(),
    random,
    holder: await processes.self(),
    liveness: processes,
    policy: DEFAULT_LEASE_POLICY,
    lineage: parseClusterUid(uid),
  });
  const found = new Set<string>();
  for (const { inputs, outputs } of (await store.read())?.records.values() ?? []) {
    for (const secret of [...secretsIn(inputs), ...secretsIn(outputs)]) found.add(secret.reveal());
  }
  return [...found];
}

function secretsIn(value: unknown): readonly Secret[] {
  if (value instanceof Secret) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
