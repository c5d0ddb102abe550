import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { Filters, filtered } from './filters.ts';
import { KEY_PAIRS, type KeyPair, missingKeyPair } from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags, tagsFor, TagSpecifications } from './tagging.ts';

const PUBLIC_KEY = /^(?:ssh-rsa|ssh-ed25519) [A-Za-z0-9+/]+={0,3}(?: .*)?$/;

const importKeyPair = ec2Operation({
  name: 'ImportKeyPair',
  input: request({ KeyName: z.string(), PublicKeyMaterial: z.instanceof(Uint8Array), TagSpecifications }),
  run: ({ KeyName: name, PublicKeyMaterial, ...asked }, desk) => {
    const publicKey = Buffer.from(PublicKeyMaterial).toString().trim();
    if (!PUBLIC_KEY.test(publicKey)) throw fault('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
    if (desk.truth(KEY_PAIRS).get(name) !== undefined) {
      throw fault('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
    }
    const keyPair: KeyPair = {
      id: desk.chance.ec2Id('key'),
      name,
      fingerprint: fingerprintOf(publicKey),
      publicKey,
      createdAtMs: desk.nowMs,
      tags: tagsFor(asked.TagSpecifications, ['key-pair']),
    };
    desk.put(KEY_PAIRS, name, keyPair);
    const { id, fingerprint, tags } = keyPair;
    return { KeyName: name, KeyPairId: id, KeyFingerprint: fingerprint, Tags: shownTags(tags) };
  },
});

/** The one listing without pages. */
const describeKeyPairs = ec2Operation({
  name: 'DescribeKeyPairs',
  input: request({
    KeyNames: z.array(z.string()).optional(),
    KeyPairIds: z.array(z.string()).optional(),
    IncludePublicKey: z.boolean().optional(),
    Filters,
  }),
  run: ({ KeyNames = [], KeyPairIds = [], IncludePublicKey = false, Filters: asked }, desk) => {
    const seen = desk.view(KEY_PAIRS).all();
    for (const name of KeyNames) if (!seen.some((pair) => pair.name === name)) throw missingKeyPair(name);
    for (const id of KeyPairIds) if (!seen.some((pair) => pair.id === id)) throw missingKeyPair(id);
    const isAny = KeyNames.length + KeyPairIds.length === 0;
    const chosen = seen.filter(({ id, name }) => isAny || KeyNames.includes(name) || KeyPairIds.includes(id));
    const found = filtered(chosen, asked, {
      'key-name': ({ name }) => [name],
      'key-pair-id': ({ id }) => [id],
      fingerprint: ({ fingerprint }) => [fingerprint],
    });
    return { KeyPairs: found.map((pair) => shownKeyPair(pair, IncludePublicKey)) };
  },
});

/** What is not there is no error. */
const deleteKeyPair = ec2Operation({
  name: 'DeleteKeyPair',
  input: request({ KeyName: z.string().optional(), KeyPairId: z.string().optional() }),
  run: ({ KeyName, KeyPairId }, desk) => {
    const pair = findKeyPair(desk, KeyName, KeyPairId);
    if (pair !== undefined) desk.remove(KEY_PAIRS, pair.name);
    return { Return: true, KeyPairId: pair?.id };
  },
});

export const keyPairOperations = [importKeyPair, describeKeyPairs, deleteKeyPair];

function findKeyPair(desk: Desk, name: string | undefined, id: string | undefined): KeyPair | undefined {
  if (name !== undefined) return desk.truth(KEY_PAIRS).get(name);
  if (id !== undefined) return desk.truth(KEY_PAIRS).find((pair) => pair.id === id);
  throw fault('MissingParameter', 'The request must contain the parameter KeyName or KeyPairId');
}

/** Of the key itself: the comment does not count. */
function fingerprintOf(publicKey: string): string {
  const [, blob = ''] = publicKey.split(' ');
  return Buffer.from(sha256Hex(blob), 'hex').toString('base64');
}

function shownKeyPair(pair: KeyPair, withKey: boolean): object {
  return {
    KeyName: pair.name,
    KeyPairId: pair.id,
    KeyFingerprint: pair.fingerprint,
    KeyType: pair.publicKey.startsWith('ssh-rsa') ? 'rsa' : 'ed25519',
    CreateTime: new Date(pair.createdAtMs),
    Tags: shownTags(pair.tags),
    ...(withKey ? { PublicKey: pair.publicKey } : {}),
  };
}
