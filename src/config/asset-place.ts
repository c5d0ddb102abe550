import type { Flaw } from './finding.ts';
import { show } from './show.ts';

const WHOLE_PATH = /^\/[^\n\r\t]{1,1000}$/;
const ADDRESS = /^https?:\/\/[^\s@?#]{3,1000}$/;
const SOME_ADDRESS = /^[a-z]+:\/\//i;
const FOLDER = /^[^~\n\r\t][^\n\r\t]{0,999}$/;
const CODE = 'config.place-invalid';

/** A lock is a file of this workstation. */
export function checkAssetLock(text: string): Flaw | undefined {
  if (WHOLE_PATH.test(text)) return undefined;
  const instead = 'Begin at the root, like /srv/assets/assets.lock.yaml.';
  return { code: CODE, what: `${show(text)} is not the whole path of a file.`, instead };
}

/** The makers themselves, a folder of this workstation, or a mirror. */
export function checkAssetSource(text: string): Flaw | undefined {
  if (text === 'upstream' || WHOLE_PATH.test(text) || ADDRESS.test(text)) return undefined;
  if (!SOME_ADDRESS.test(text)) {
    const instead = 'Write upstream, the whole path of a folder like /srv/assets, or an address.';
    return { code: CODE, what: `${show(text)} is no place where assets are.`, instead };
  }
  const what = `${show(text)} is not an address that a digest can be appended to.`;
  return { code: CODE, what, instead: 'Write it like https://mirror.example.com/assets.' };
}

/** A folder of this workstation, at the root or beside the cluster file. */
export function checkManifestFolder(text: string): Flaw | undefined {
  if (FOLDER.test(text) && !SOME_ADDRESS.test(text)) return undefined;
  const instead = 'Write it like manifests, which is beside the cluster file, or like /srv/shop/manifests.';
  return { code: CODE, what: `${show(text)} is not the path of a folder.`, instead };
}
