import { join } from 'node:path';
import { problem } from '#engine/problem.ts';
import { ADMINS } from '#kubernetes/credentials.ts';
import { kubeconfigText } from '#kubernetes/kubeconfig.ts';
import { unlessAbsent } from '#std/files.ts';
import { nonce } from '#std/random.ts';
import type { LentProgram } from '#std/terminal.ts';
import { type ApiReading, kubernetesAccess, placeFor } from './kube-access.ts';
import { answeringEndpoint, ownName } from './kubeconfig.ts';
import type { AppPorts } from './ports.ts';

/** Long enough for what kubectl begins; what it has open goes on after that. */
const LIFE_MS = 1_800_000;

/** A program as it is started, and what of this one goes when it has ended. */
export interface Kubectl extends Omit<LentProgram, 'args'> {
  readonly end: () => Promise<void>;
}

/** The kubectl of this workstation, with a file for this call alone. */
export async function kubectl(ports: AppPorts, reading: ApiReading, signal: AbortSignal): Promise<Kubectl> {
  const { known, places } = reading.cluster;
  const access = await kubernetesAccess(reading, signal);
  const { programs, disk } = await ports.workshop();
  const program = await programs.find('kubectl');
  if (program === undefined) throw problem('workstation.program-missing', { detail: MISSING });
  const { clock, random, files } = ports;
  const user = await ownName(ports);
  const place = placeFor(access, { user, groups: [ADMINS], lifeMs: LIFE_MS, nowMs: clock.wallMs(), random });
  const endpoint = await answeringEndpoint(ports, place, signal);
  const path = join(places.kubectl, nonce(random));
  await files.makeDirectory(places.kubectl);
  await disk.write(path, new TextEncoder().encode(kubeconfigText({ ...place, cluster: known.name, user, endpoint })));
  await removeLeft(ports, places.kubectl, path);
  // What it remembers of an API it keeps by the API's address: the next cluster of this workstation may get the same.
  const variables = { KUBECONFIG: path, KUBECACHEDIR: `${places.kubectl}-cache-${known.uid}` };
  return { program, variables, end: () => files.remove(path) };
}

const MISSING =
  'There is no kubectl here. Debian has one in its package kubernetes-client; kubernetes.io has the newest as a single file.';

/** Of calls that were killed: what is in them has counted long enough. The file system's clock is compared with itself. */
async function removeLeft({ files }: Pick<AppPorts, 'files'>, directory: string, own: string): Promise<void> {
  const nowMs = await files.modifiedMs(own);
  for (const { name } of await files.list(directory)) {
    const path = join(directory, name);
    const atMs = await unlessAbsent(() => files.modifiedMs(path));
    if (atMs !== undefined && atMs < nowMs - LIFE_MS) await files.remove(path);
  }
}
