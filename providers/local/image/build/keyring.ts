/** Debian's own keys: the same path on the workstation and in the image. */
export const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** One file for each release; the ending changed. */
export function keysOf(suite: string): readonly string[] {
  return ['gpg', 'pgp'].map((ending) => `/usr/share/keyrings/debian-archive-${suite}-automatic.${ending}`);
}
