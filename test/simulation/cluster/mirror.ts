import type { Change } from '#providers/simulator/account-log.ts';

export interface MirroredOwner {
  readonly cluster: string;
  readonly instanceId: string;
}

/** One object of the account as it truly is, in the simulator's own words. */
export interface Mirrored {
  readonly key: string;
  readonly kind: string;
  readonly region: string;
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly owner: MirroredOwner | undefined;
  readonly atMs: number;
}

const CLUSTER_TAG = 'bootstrap:cluster';
const INSTANCE_TAG = 'bootstrap:instance';

/** The account's whole truth, kept by following its changes; and whose everything was, also of what is gone. */
export class Mirror {
  readonly #objects = new Map<string, Mirrored>();
  readonly #owners = new Map<string, MirroredOwner>();
  readonly #names = new Map<string, Set<string>>();

  get objects(): Iterable<Mirrored> {
    return this.#objects.values();
  }

  get(key: string): Mirrored | undefined {
    return this.#objects.get(key);
  }

  /** Whose the object of this id is, or was. */
  ownerOf(id: string): MirroredOwner | undefined {
    return this.#owners.get(id);
  }

  /** What an object is also called, or was: by name or box it is spoken of, by id or ARN it is told apart. */
  namesOf(id: string): ReadonlySet<string> {
    return this.#names.get(id) ?? new Set([id]);
  }

  /** The objects it touched, as they were and as they are. */
  follow({ writes, atMs }: Pick<Change, 'writes' | 'atMs'>): readonly Touched[] {
    return writes.map(({ kind, region, id, value }): Touched => {
      const key = `${kind}@${region}/${id}`;
      const before = this.#objects.get(key);
      if (!isRecord(value)) {
        this.#objects.delete(key);
        return { key, before, after: undefined };
      }
      const owner = ownerIn(value);
      if (owner !== undefined) this.#owners.set(id, owner);
      const names = [id, value['id'], value['arn']].filter(isText);
      // A machine's mailbox goes with it.
      for (const name of [id, value['box']].filter(isText))
        this.#names.set(name, new Set([...this.namesOf(name), ...names]));
      const after: Mirrored = { key, kind, region, id, value, owner, atMs };
      this.#objects.set(key, after);
      return { key, before, after };
    });
  }
}

export interface Touched {
  readonly key: string;
  readonly before: Mirrored | undefined;
  readonly after: Mirrored | undefined;
}

/** Machines of one launch carry the marks of all of it; their place in the launch tells which is their own. */
function ownerIn({ tags, launchIndex, callerReference }: Mirrored['value']): MirroredOwner | undefined {
  if (typeof callerReference === 'string') return ownerInReference(callerReference);
  if (!isRecord(tags)) return undefined;
  const cluster = tags[CLUSTER_TAG];
  const instanceId = tags[INSTANCE_TAG] ?? tags[`${INSTANCE_TAG}/${String(launchIndex)}`];
  return typeof cluster === 'string' && typeof instanceId === 'string' ? { cluster, instanceId } : undefined;
}

/** A DNS zone is marked by the reference that it was made with. */
function ownerInReference(reference: string): MirroredOwner | undefined {
  const [mark, cluster, instanceId] = reference.split(':');
  return mark === 'bootstrap' && cluster !== undefined && instanceId !== undefined
    ? { cluster, instanceId }
    : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
