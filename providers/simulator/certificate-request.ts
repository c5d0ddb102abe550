import { bitString, der, explicitly, integer, objectIdentifier, sequence, TAG, utf8String } from '#std/der.ts';
import { KeyPair, signatureAlgorithm } from '#std/key-pair.ts';
import type { Chance } from './chance.ts';

const COMMON_NAME = objectIdentifier('2.5.4.3');
const NO_ATTRIBUTES = explicitly(0);

/** PKCS#10, as `openssl req` makes one on a real machine; signed so that the same machine says the same every time. */
export function certificateRequest(commonName: string, chance: Chance): string {
  const key = KeyPair.make('ed25519', randomOf(chance));
  const subject = sequence(der(TAG.set, sequence(COMMON_NAME, utf8String(commonName))));
  const asked = sequence(integer(Buffer.alloc(1)), subject, key.publicKey, NO_ATTRIBUTES);
  const request = sequence(asked, signatureAlgorithm(key.algorithm), bitString(key.sign(asked)));
  const lines = request.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n');
}

function randomOf(chance: Chance) {
  return {
    float: () => chance.float(),
    bytes: (length: number) => Buffer.from(chance.hex(2 * length), 'hex'),
  };
}
