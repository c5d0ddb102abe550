import type { Flaw } from './finding.ts';
import { show } from './show.ts';

/** As clouds name what they have made: a word for its kind, and a number in sixteens. */
const ID = /^([a-z]{2,12})-[0-9a-f]{8,40}$/;

export function checkImageId(text: string): Flaw | undefined {
  return checkId(text, { of: 'an image', example: 'ami-0abc1234def567890', heads: ['ami'] });
}

const DIGEST = /^[0-9a-f]{64}$/;
const WHOLE_PATH = /^(?:file:\/\/)?\/[^\n\r\t]{1,1000}$/;
const PINNED_ADDRESS = /^https?:\/\/[^\s#]{3,1000}#(?:sha256[:=][0-9a-f]{64}|sha512[:=][0-9a-f]{128})$/;
const SOME_ADDRESS = /^https?:\/\//i;
const SOME_PATH = /^[.~]|^[A-Za-z]:\\|^[^:]*[/\\]|\.(?:qcow2|img|raw)$/;

/** An image on a workstation: the file it is in, its digest, by which the cache has it, or an address with the digest. */
export function checkImageFile(text: string): Flaw | undefined {
  if ([DIGEST, WHOLE_PATH, PINNED_ADDRESS].some((pattern) => pattern.test(text))) return undefined;
  const code = 'config.id-invalid';
  if (SOME_ADDRESS.test(text)) {
    const instead = 'Write it behind: …#sha256: and 64 hexadecimal digits, or #sha512: and 128.';
    return { code, what: `${show(text)} does not say which digest is to be found there.`, instead };
  }
  if (SOME_PATH.test(text)) {
    const instead = 'Begin at the root, like /srv/images/debian-13.qcow2.';
    return { code, what: `${show(text)} is not the whole path of a file.`, instead };
  }
  const instead = 'Write the whole path of the file that it is in, or the digest that "bootstrap image list" shows.';
  return { code, what: `${show(text)} is not an image of this workstation.`, instead };
}

/** Either: which of them fits, the provider decides. */
export function checkImageName(text: string): Flaw | undefined {
  if (checkImageId(text) === undefined) return undefined;
  const flaw = checkImageFile(text);
  return flaw === undefined || SOME_PATH.test(text) || SOME_ADDRESS.test(text) ? flaw : checkImageId(text);
}

export function checkNetworkId(text: string): Flaw | undefined {
  return checkId(text, { of: 'a network', example: 'vpc-0abc1234def567890', heads: ['vpc'] });
}

interface Wanted {
  readonly of: string;
  readonly example: string;
  readonly heads: readonly string[];
}

function checkId(text: string, { of, example, heads }: Wanted): Flaw | undefined {
  const [, head] = ID.exec(text) ?? [];
  if (head !== undefined && heads.includes(head)) return undefined;
  const what = `${show(text)} is not the id of ${of}.`;
  return { code: 'config.id-invalid', what, instead: `It looks like ${example}.` };
}
