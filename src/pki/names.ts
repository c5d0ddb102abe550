import { assert } from '#std/assert.ts';
import { der, objectIdentifier, sequence, TAG, utf8String } from '#std/der.ts';

export interface DistinguishedName {
  readonly commonName: string;
  /** @default none */
  readonly organizations?: readonly string[];
}

/** What X.520 allows in one part of a name. */
const PART_LENGTH_MAX = 64;
const COMMON_NAME = objectIdentifier('2.5.4.3');
const ORGANIZATION = objectIdentifier('2.5.4.10');

export function distinguishedName({ commonName, organizations = [] }: DistinguishedName): Buffer {
  return sequence(...organizations.map((name) => part(ORGANIZATION, name)), part(COMMON_NAME, commonName));
}

function part(type: Uint8Array, text: string): Buffer {
  assert(text !== '' && text.length <= PART_LENGTH_MAX, 'a part of a name in a certificate has 1 to 64 characters');
  return der(TAG.set, sequence(type, utf8String(text)));
}
