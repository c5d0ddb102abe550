import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem } from '#engine/problem.ts';
import type { PublishedDigest, WantedFile } from '#std/resumable-download.ts';

/** What `image.id` can be. */
export type NamedImage =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'path'; readonly path: string; readonly digest: PublishedDigest | undefined }
  | { readonly by: 'url'; readonly wanted: WantedFile };

const DIGEST = /^(sha256|sha512)[:=]([0-9a-f]+)$/;
const LENGTHS = { sha256: 64, sha512: 128 } as const;

/**
 * | `image.id`                                     | what it is                                     |
 * |------------------------------------------------|------------------------------------------------|
 * | 64 hexadecimal digits                          | an image of the cache                          |
 * | /path, or file:///path with or without digest  | a disk, or what `image build` made             |
 * | https://…#sha512:…, http://…#sha256:…          | a mirror: nobody is asked what it ought to be  |
 */
export function namedImage(text: string): NamedImage {
  if (/^[0-9a-f]{64}$/.test(text)) return { by: 'id', id: text };
  const url = /^[a-z]+:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null && isAbsolute(text)) return { by: 'path', path: text, digest: undefined };
  if (url === null) throw unusable(text, 'It is no SHA-256, no absolute path and no URL.');
  const fragment = decodeURIComponent(url.hash.slice(1));
  const digest = fragment === '' ? undefined : digestFrom(text, fragment);
  url.hash = '';
  if (url.protocol === 'file:') return { by: 'path', path: fileURLToPath(url), digest };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw unusable(text, `Nothing is fetched by ${url.protocol}`);
  if (digest === undefined)
    throw unusable(text, `Write the digest that it is to have behind its address: ${url.href}#sha256:…`);
  return { by: 'url', wanted: { url, digest } };
}

function digestFrom(text: string, fragment: string): PublishedDigest {
  const [, algorithm, value = ''] = DIGEST.exec(fragment) ?? [];
  if ((algorithm === 'sha256' || algorithm === 'sha512') && value.length === LENGTHS[algorithm])
    return { algorithm, value };
  throw unusable(text, `"${fragment}" is no digest: write sha256: and 64, or sha512: and 128 hexadecimal digits.`);
}

function unusable(text: string, why: string): Error {
  return problem('local.image-unusable', { detail: `${text}: ${why}` });
}
