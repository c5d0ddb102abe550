import { KEPT_MODULES } from './kernel-modules.ts';
import type { TreeFile, TreeLink } from './tree-files.ts';

/** Before packages are configured: what their scripts would otherwise ask about, or waste time on. */
export function filesScript(files: readonly TreeFile[], links: readonly TreeLink[]): string {
  return [
    'set -eu',
    'umask 022',
    ...files.flatMap(({ path, text }) => [
      `mkdir -p "$1${parent(path)}"`,
      `rm -f "$1${path}"`,
      `printf %s ${quoted(text)} > "$1${path}"`,
    ]),
    ...links.flatMap(({ path, to }) => [`mkdir -p "$1${parent(path)}"`, `ln -sfn ${quoted(to)} "$1${path}"`]),
  ].join('\n');
}

/** After all packages are installed: what only the package manager or other hardware needs goes. */
export function tidyScript(): string {
  const kept = `^kernel/(${KEPT_MODULES.join('|')})`;
  return [
    'set -eu',
    'umask 022',
    'cd "$1"',
    'for modules in usr/lib/modules/*; do',
    '  version=${modules##*/}',
    `  awk -v kept=${quoted(kept)} ${quoted(UNNEEDED)} "$modules/modules.dep" | sed "s|^|$modules/|" | xargs --no-run-if-empty rm -f`,
    // Unpacked once here, not at every start.
    '  find "$modules/kernel" -name "*.ko.xz" -exec xz --decompress --threads=1 {} +',
    '  find "$modules/kernel" -name "*.ko.zst" -exec zstd --decompress --rm --quiet {} +',
    '  find "$modules/kernel" -type d -empty -delete',
    '  chroot . depmod "$version"',
    'done',
    'rm -f etc/ssh/ssh_host_*',
    'rm -f boot/initrd.img* boot/System.map* initrd.img* vmlinuz*',
    'rm -rf var/cache/ldconfig var/cache/apt/archives var/cache/debconf/*-old var/lib/apt/lists',
    'rm -f var/lib/systemd/random-seed etc/*- etc/apt/apt.conf.d/99mmdebstrap var/log/*.log var/log/apt/*',
    'sed -i /^force-/d etc/dpkg/dpkg.cfg.d/99mmdebstrap',
    'mkdir -p var/cache/apt/archives/partial var/lib/apt/lists/partial',
    // Nothing of /usr is newer than what was made from it.
    'touch etc/.updated var/.updated',
  ].join('\n');
}

/** Kept are those of the pattern and, as each line names all of them, what they need. */
const UNNEEDED = `
  { name = $1; sub(/:$/, "", name); all[name] = 1 }
  name ~ kept { for (field = 1; field <= NF; field++) { part = $field; sub(/:$/, "", part); needed[part] = 1 } }
  END { for (name in all) if (!(name in needed)) print name }
`;

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
