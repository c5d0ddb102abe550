import type { ClusterUid } from '#engine/address.ts';
import { type Problem, problem } from '#engine/problem.ts';
import { Secret } from '#std/secret.ts';
import type { Random } from '#std/random.ts';
import { decryptText, encryptText } from './data-key.ts';

const SEALED = '$sealed';
const LIKE_SEALED = /^\$+sealed$/;

interface SealOptions {
  readonly lineage: ClusterUid;
  readonly key: Uint8Array;
  readonly random: Random;
}

/**
 * Secrets on their way into a state and out of it: `{"$sealed": "v1.…"}`, bound to the cluster, the object they belong
 * to and their place in it, so that none can be moved elsewhere. A user's own `$sealed` gets one more `$` while stored.
 */
export class Seal {
  readonly #options: SealOptions;

  constructor(options: SealOptions) {
    this.#options = options;
  }

  /** The value without any Secret, ready to be stored; the same object when there is nothing to seal. */
  close(value: unknown, id: string): unknown {
    return needsClosing(value) ? this.#close(value, [id]) : value;
  }

  open(value: unknown, id: string): unknown {
    return this.#open(value, [id]);
  }

  #close(value: unknown, path: readonly string[]): unknown {
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Secret) return { [SEALED]: this.#encrypt(value, path) };
    if (Array.isArray(value)) return value.map((item, index) => this.#close(item, [...path, String(index)]));
    const members = Object.entries(value).map(([key, member]) => [
      LIKE_SEALED.test(key) ? `$${key}` : key,
      this.#close(member, [...path, key]),
    ]);
    return Object.fromEntries(members);
  }

  #open(value: unknown, path: readonly string[]): unknown {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item, index) => this.#open(item, [...path, String(index)]));
    if (Object.hasOwn(value, SEALED)) return this.#decrypt(value, path);
    const members = Object.entries(value).map(([name, member]) => {
      const key = LIKE_SEALED.test(name) ? name.slice(1) : name;
      return [key, this.#open(member, [...path, key])];
    });
    return Object.fromEntries(members);
  }

  #encrypt(secret: Secret, path: readonly string[]): string {
    const { key, random } = this.#options;
    return encryptText(key, Buffer.from(secret.reveal()), this.#bound(path), random);
  }

  #decrypt(value: object, path: readonly string[]): Secret {
    const text = onlyMember(value);
    if (typeof text === 'string') {
      const plaintext = decryptText(this.#options.key, text, this.#bound(path));
      if (plaintext !== undefined) return new Secret(Buffer.from(plaintext).toString());
    }
    throw sealBroken(path);
  }

  #bound(path: readonly string[]): string {
    return JSON.stringify([this.#options.lineage, ...path]);
  }
}

/** Whether a stored text may contain anything that `open` would change. */
export function mayHoldSealed(body: string): boolean {
  return body.includes(`${SEALED}"`);
}

/** Runs over everything that is written, and mostly finds nothing: it copies nothing either. */
function needsClosing(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(needsClosing);
  if (!hasMembers(value)) return false;
  for (const key in value) {
    if ((key.startsWith('$') && LIKE_SEALED.test(key)) || needsClosing(value[key])) return true;
  }
  return false;
}

function hasMembers(value: object): value is Readonly<Record<string, unknown>> {
  return !Array.isArray(value);
}

function onlyMember(value: object): unknown {
  const members: readonly unknown[] = Object.values(value);
  return members.length === 1 ? members[0] : undefined;
}

function sealBroken([id = '', ...path]: readonly string[]): Problem {
  return problem('state.seal-broken', {
    detail: `The secret at ${path.join('.') || 'the top'} of ${id} does not open.`,
  });
}
