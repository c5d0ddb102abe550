import type { CloudAnswer, CloudKind, CloudObject, CloudRequest, CloudValues, Refusal } from './cloud-protocol.ts';

interface KindRules {
  readonly identity: 'token' | 'name' | 'tag' | 'attachment';
  /** What no two living objects of the kind may share. */
  readonly uniqueBy: readonly string[];
  /** Values that are ids of living objects, which cannot go before this one. */
  readonly refersTo: readonly string[];
  readonly startsWithinMs: number;
}

const RULES: Readonly<Record<CloudKind, KindRules>> = {
  network: { identity: 'tag', uniqueBy: [], refersTo: [], startsWithinMs: 0 },
  group: { identity: 'name', uniqueBy: ['name'], refersTo: ['networkId'], startsWithinMs: 0 },
  volume: { identity: 'token', uniqueBy: [], refersTo: [], startsWithinMs: 0 },
  server: { identity: 'token', uniqueBy: [], refersTo: ['networkId', 'groupId'], startsWithinMs: 40 },
  link: {
    identity: 'attachment',
    uniqueBy: ['serverId', 'targetId'],
    refersTo: ['serverId', 'targetId'],
    startsWithinMs: 0,
  },
  record: { identity: 'name', uniqueBy: ['name'], refersTo: [], startsWithinMs: 0 },
};

interface StoredObject extends Omit<CloudObject, 'isReady'> {
  readonly readyAtMs: number;
}

/** The account as plain data, to be set aside and brought back. */
export interface AccountContents {
  readonly objects: readonly StoredObject[];
  readonly tokens: readonly (readonly [string, StoredObject])[];
  readonly lastNumber: number;
}

type CreateRequest = Extract<CloudRequest, { verb: 'create' }>;

/** A cloud account in memory. It forgets nothing and reads never lag. */
export class CloudAccount {
  readonly #objects = new Map<string, StoredObject>();
  readonly #tokens = new Map<string, StoredObject>();
  #lastNumber = 0;

  constructor(contents?: AccountContents) {
    for (const object of contents?.objects ?? []) this.#objects.set(object.id, object);
    for (const [token, object] of contents?.tokens ?? []) this.#tokens.set(token, object);
    this.#lastNumber = contents?.lastNumber ?? 0;
  }

  get contents(): AccountContents {
    return { objects: [...this.#objects.values()], tokens: [...this.#tokens], lastNumber: this.#lastNumber };
  }

  /** Answers a request, and tells whether it changed anything. */
  execute(request: CloudRequest): { readonly answer: CloudAnswer; readonly hadEffect: boolean } {
    const before = JSON.stringify(this.contents.objects);
    const answer = this.#answer(request);
    return { answer, hadEffect: before !== JSON.stringify(this.contents.objects) };
  }

  #answer(request: CloudRequest): CloudAnswer {
    switch (request.verb) {
      case 'create':
        return this.#create(request);
      case 'update':
        return this.#update(request.id, request.values);
      case 'destroy':
        return this.#destroy(request.id);
      case 'search':
        return { objects: [...this.#objects.values()].filter((object) => fits(object, request)).map(seen) };
    }
  }

  #create(request: CreateRequest): CloudAnswer {
    const { kind, values, owner, token } = request;
    const { identity, uniqueBy, refersTo, startsWithinMs } = RULES[kind];
    const earlier = identity === 'token' ? this.#tokens.get(token) : undefined;
    if (earlier !== undefined) return this.#repeat(earlier, request);
    const rival = this.#ofKind(kind).find((other) => isTwin(other, values, uniqueBy));
    if (rival !== undefined) return refuse('exists', `${rival.id} is there already.`);
    const missing = refersTo.find((key) => !this.#objects.has(String(values[key])));
    if (missing !== undefined) return refuse('invalid', `${missing} ${values[missing]} does not exist.`);
    this.#lastNumber += 1;
    const object = { id: `${kind}-${this.#lastNumber}`, kind, values, owner, readyAtMs: Date.now() + startsWithinMs };
    this.#objects.set(object.id, object);
    if (identity === 'token') this.#tokens.set(token, object);
    return { objects: [seen(object)] };
  }

  #repeat(earlier: StoredObject, { values }: CreateRequest): CloudAnswer {
    if (JSON.stringify(earlier.values) !== JSON.stringify(values)) return refuse('token-mismatch', 'Other parameters.');
    const living = this.#objects.get(earlier.id);
    return living === undefined ? refuse('token-spent', `${earlier.id} is gone.`) : { objects: [seen(living)] };
  }

  #update(id: string, values: CloudValues): CloudAnswer {
    const object = this.#objects.get(id);
    if (object === undefined) return refuse('absent', `There is no ${id}.`);
    const updated = { ...object, values: { ...object.values, ...values } };
    this.#objects.set(id, updated);
    return { objects: [seen(updated)] };
  }

  #destroy(id: string): CloudAnswer {
    if (!this.#objects.has(id)) return refuse('absent', `There is no ${id}.`);
    const user = [...this.#objects.values()].find(({ kind, values }) =>
      RULES[kind].refersTo.some((key) => values[key] === id),
    );
    if (user !== undefined) return refuse('dependency', `${user.id} still needs ${id}.`);
    this.#objects.delete(id);
    return { objects: [] };
  }

  #ofKind(wanted: CloudKind): readonly StoredObject[] {
    return [...this.#objects.values()].filter(({ kind }) => kind === wanted);
  }
}

function isTwin({ values }: StoredObject, wanted: CloudValues, uniqueBy: readonly string[]): boolean {
  return uniqueBy.length > 0 && uniqueBy.every((key) => values[key] === wanted[key]);
}

function fits(object: StoredObject, { kind, id, owner, values }: Extract<CloudRequest, { verb: 'search' }>): boolean {
  if (object.kind !== kind || (id !== undefined && object.id !== id)) return false;
  if (owner?.cluster !== undefined && object.owner.cluster !== owner.cluster) return false;
  if (owner?.instanceId !== undefined && object.owner.instanceId !== owner.instanceId) return false;
  return Object.entries(values ?? {}).every(([key, value]) => object.values[key] === value);
}

function seen({ readyAtMs, ...object }: StoredObject): CloudObject {
  return { ...object, isReady: Date.now() >= readyAtMs };
}

function refuse(refusal: Refusal, message: string): CloudAnswer {
  return { refusal, message };
}
