import { join } from 'node:path';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { DirectoryLog } from '#providers/simulator/directory-log.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import type { Workstation } from './workstation.ts';

const CLUSTER_TAG = 'bootstrap:cluster';
const INSTANCE_TAG = /^bootstrap:instance(?:\/\d+)?$/;
/** What the program keeps in the bucket is compared by what it says, not by how many objects it takes. */
const STORED = new Set(['s3.object', 'object']);

/** A machine has several, each with its mark. */
const DISK = 'volume';

export interface AccountForm {
  /** What lives in the account with a cluster's mark, without ids: kind and name, sorted. */
  readonly objects: readonly string[];
  /** Instances of which more than one object lives. */
  readonly duplicates: readonly string[];
}

/** The truth about a workstation's simulated account, read from its log and from nothing of ours. */
export async function accountForm(workstation: Workstation): Promise<AccountForm> {
  const root = join(workstation.accounts, 'bootstrap', 'simulated-accounts', 'shop');
  const random = new SystemRandom();
  const log = new DirectoryLog({ root, files: new SystemFiles(), random });
  const account = await openSimulatedAccount({ clock: new SystemClock(), random, log });
  const walked = await account.walk();
  const ours = walked.filter(
    ({ kind, tags, isAlive }) => isAlive && tags[CLUSTER_TAG] !== undefined && !STORED.has(kind),
  );
  const marks = ours
    .filter(({ kind }) => kind !== DISK)
    .map(({ kind, tags }) => `${kind} ${instanceIn(tags)}`)
    .filter((mark) => !mark.endsWith(' '));
  return {
    objects: ours.map(({ kind, region, tags }) => [kind, region, tags['Name'] ?? ''].join(' ')).toSorted(),
    duplicates: marks.filter((mark, place) => marks.indexOf(mark) !== place),
  };
}

/** The members of a lot carry the same tags: there the set as a whole is no mark of one. */
function instanceIn(tags: Readonly<Record<string, string>>): string {
  const marks = Object.keys(tags).filter((key) => INSTANCE_TAG.test(key));
  const [only] = marks;
  return marks.length === 1 && only !== undefined ? (tags[only] ?? '') : '';
}
