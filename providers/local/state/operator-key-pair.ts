import { dirname } from 'node:path';
import { isFileError } from '#std/files.ts';
import { Signer, SIGNING_SEED_BYTES } from '#std/signature.ts';
import { unlessAbsent } from '../acts.ts';
import type { LocalWorld } from '../local-world.ts';

const COMMENT = 'bootstrap@workstation';
const TYPE = 'ssh-ed25519';
const RAW_BYTES = 32;

/** The public half of the key with which this program gets into its machines; made when it is first needed. */
export async function operatorPublicKey(
  { files, random }: Pick<LocalWorld, 'files' | 'random'>,
  path: string,
): Promise<string> {
  const known = await unlessAbsent(() => files.read(`${path}.pub`));
  if (known !== undefined) return known.trim();
  const seed = random.bytes(SIGNING_SEED_BYTES);
  const { privateKey, publicKey } = sshKeyPair(seed, random.bytes(4));
  await files.makeDirectory(dirname(path));
  try {
    await files.create(path, privateKey);
    await files.create(`${path}.pub`, `${publicKey}\n`);
  } catch (error) {
    if (!isFileError(error, 'exists')) throw error;
    return publicHalf({ files }, path);
  }
  return publicKey;
}

/** Of a key that another process was about to make, or made without coming to its end. */
async function publicHalf({ files }: Pick<LocalWorld, 'files'>, path: string): Promise<string> {
  const publicKey = publicKeyIn(await files.read(path));
  try {
    await files.create(`${path}.pub`, `${publicKey}\n`);
  } catch (error) {
    if (!isFileError(error, 'exists')) throw error;
  }
  return publicKey;
}

interface SshKeyPair {
  /** As `ssh` reads it: without a passphrase, so its file is for its owner alone. */
  readonly privateKey: string;
  /** One line. */
  readonly publicKey: string;
}

function sshKeyPair(seed: Uint8Array, check: Uint8Array): SshKeyPair {
  const spki = Buffer.from(new Signer(seed).publicKey, 'base64');
  const raw = spki.subarray(spki.length - RAW_BYTES);
  const publicBlob = Buffer.concat([text(TYPE), field(raw)]);
  const secret = Buffer.concat([
    check,
    check,
    text(TYPE),
    field(raw),
    field(Buffer.concat([seed, raw])),
    text(COMMENT),
  ]);
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    number(1),
    field(publicBlob),
    field(padded(secret)),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  const privateKey = ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''];
  return { privateKey: privateKey.join('\n'), publicKey: lineOf(publicBlob) };
}

/** The public half stands in the file of the private one, too. */
function publicKeyIn(privateKey: string): string {
  const blob = Buffer.from(privateKey.split('\n').slice(1, -2).join(''), 'base64');
  // Its head, two words of four letters, an empty one, and how many keys there are.
  const at = 'openssh-key-v1\0'.length + 8 + 8 + 4 + 4;
  return lineOf(blob.subarray(at + 4, at + 4 + blob.readUInt32BE(at)));
}

function lineOf(publicBlob: Uint8Array): string {
  return `${TYPE} ${Buffer.from(publicBlob).toString('base64')} ${COMMENT}`;
}

const BLOCK = 8;

function padded(bytes: Uint8Array): Uint8Array {
  const lacking = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
  return Buffer.concat([bytes, Uint8Array.from({ length: lacking }, (_, index) => index + 1)]);
}

function field(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([number(bytes.length), bytes]);
}

function text(value: string): Uint8Array {
  return field(Buffer.from(value));
}

function number(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
