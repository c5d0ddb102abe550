import type { Flaw } from './finding.ts';
import { show } from './show.ts';

const KEY_LINE = /^(\S+) +([A-Za-z0-9+/]+={0,2})(?: +(.*))?$/;
const KEY_TYPE = /^(?:ssh|ecdsa|sk)-/;
const LOOKS_LIKE_A_PATH = /^(?:~|\.{0,2}\/)|\.pub$|^[A-Za-z]:\\/;
const RSA_BITS_MIN = 2048;
/** The longest that clouds take; what a machine is told first has no room for more either. */
const RSA_BITS_MAX = 4096;
const RSA_EXPONENT_BYTES_MAX = 8;
const ED25519_BYTES = 32;

const DAMAGED = invalid('The key is cut short or damaged.');

/** One line as it stands in `id_ed25519.pub`. */
export function checkSshKey(text: string): Flaw | undefined {
  if (LOOKS_LIKE_A_PATH.test(text)) return invalid(`${show(text)} is the place of a key, not the key.`);
  if (text.trim().includes('\n')) return invalid('This has several lines; a public key is one line.');
  const [line, type = '', body = ''] = KEY_LINE.exec(text.trim()) ?? [];
  if (line === undefined || !KEY_TYPE.test(type)) return invalid(`${show(text)} is not a public key.`);
  const [name, ...parts] = readParts(body);
  switch (type) {
    case 'ssh-ed25519':
      return decode(name) === type ? checkEd25519(parts) : DAMAGED;
    case 'ssh-rsa':
      return decode(name) === type ? checkRsa(parts) : DAMAGED;
    default:
      return invalid(`Not every provider takes keys of the type ${show(type)}.`, 'Use ssh-ed25519 or ssh-rsa.');
  }
}

function checkEd25519([key, ...rest]: readonly Uint8Array[]): Flaw | undefined {
  return key?.length === ED25519_BYTES && rest.length === 0 ? undefined : DAMAGED;
}

function checkRsa([exponent, modulus, ...rest]: readonly Uint8Array[]): Flaw | undefined {
  if (exponent === undefined || modulus === undefined || rest.length > 0) return DAMAGED;
  // A leading zero byte only says that the number is positive.
  const bits = (modulus[0] === 0 ? modulus.length - 1 : modulus.length) * 8;
  if (bits < RSA_BITS_MIN) return invalid(`An RSA key of ${bits} bits is too weak.`, 'Use ssh-ed25519.');
  const isTooLong = bits > RSA_BITS_MAX || exponent.length > RSA_EXPONENT_BYTES_MAX;
  return isTooLong
    ? invalid(`An RSA key of ${bits} bits is too long.`, 'Use ssh-ed25519, which is as strong.')
    : undefined;
}

function decode(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

function invalid(what: string, instead = 'Paste the line that stands in the .pub file.'): Flaw {
  return { code: 'config.ssh-key-invalid', what, instead };
}

/** The key without the comment behind it, which may change without making it another key. */
export function withoutComment(key: string): string {
  return key.trim().split(/ +/).slice(0, 2).join(' ');
}

/** Each part has its length before it in four bytes; nothing when a length and what follows disagree. */
function readParts(base64: string): readonly Uint8Array[] {
  const bytes = Buffer.from(base64, 'base64');
  const parts: Uint8Array[] = [];
  let offset = 0;
  while (offset + 4 <= bytes.length) {
    const end = offset + 4 + bytes.readUInt32BE(offset);
    if (end > bytes.length) return [];
    parts.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return offset === bytes.length ? parts : [];
}
