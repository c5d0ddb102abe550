import { isProblem, problem } from '#engine/problem.ts';
import type { Architecture } from '#provider/catalogue.ts';
import type { DownloadGround } from '#std/download-answer.ts';
import type { WantedFile } from '#std/resumable-download.ts';
import { downloadText } from './download-text.ts';
import { imageUnavailable } from './image-trouble.ts';

/** One image as its maker has published it: its address and digest stay, whatever is published later. */
export interface Edition extends WantedFile {
  readonly release: string;
}

interface Maker {
  /** Lists the editions, each a directory of its own. */
  readonly index: string;
  /** What the directories are called; in brackets the edition. */
  readonly directory: RegExp;
  /** Beside the images. */
  readonly digests: { readonly file: string; readonly algorithm: 'sha256' | 'sha512' };
  fileFor(architecture: Architecture, edition: string): string;
}

const DEBIAN = { directory: /^(\d{8}-\d+)\/$/, digests: { file: 'SHA512SUMS', algorithm: 'sha512' } } as const;
const UBUNTU = {
  directory: /^release-(\d{8}(?:\.\d+)?)\/$/,
  digests: { file: 'SHA256SUMS', algorithm: 'sha256' },
} as const;

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ...(
    [
      ['12', 'bookworm'],
      ['13', 'trixie'],
    ] as const
  ).map(([number, name]): [string, Maker] => [
    `debian-${number}`,
    {
      ...DEBIAN,
      index: `https://cloud.debian.org/images/cloud/${name}/`,
      fileFor: (architecture, edition) => `debian-${number}-genericcloud-${architecture}-${edition}.qcow2`,
    },
  ]),
  ...(
    [
      ['22.04', 'jammy'],
      ['24.04', 'noble'],
    ] as const
  ).map(([number, name]): [string, Maker] => [
    `ubuntu-${number}`,
    {
      ...UBUNTU,
      index: `https://cloud-images.ubuntu.com/releases/${name}/`,
      fileFor: (architecture) => `ubuntu-${number}-server-cloudimg-${architecture}.img`,
    },
  ]),
]);

export const SYSTEMS: readonly string[] = [...MAKERS.keys()];

/** The newest directory may be one that is just being filled. */
const EDITIONS_TRIED = 3;

/** The newest image that the maker of a system publishes. Undefined: nobody is known to make that system. */
export async function newestEdition(
  ground: DownloadGround,
  { system, architecture }: { readonly system: string; readonly architecture: Architecture },
  signal: AbortSignal,
): Promise<Edition | undefined> {
  const maker = MAKERS.get(system);
  if (maker === undefined) return undefined;
  const index = new URL(maker.index);
  const page = await downloadText(ground, index, signal);
  const editions = page === undefined ? [] : editionsIn(page, maker.directory);
  for (const { directory, edition } of editions.slice(0, EDITIONS_TRIED)) {
    const file = maker.fileFor(architecture, edition);
    const folder = new URL(directory, index);
    const list = await downloadText(ground, new URL(maker.digests.file, folder), signal);
    const value = list === undefined ? undefined : digestIn(list, file, maker.digests.algorithm);
    if (value !== undefined) {
      const digest = { algorithm: maker.digests.algorithm, value };
      return { url: new URL(file, folder), digest, release: edition };
    }
  }
  throw imageUnavailable(index, `It shows no image of ${system} for ${architecture}.`);
}

/** True: it may be there another time. */
export function isOutOfReach(error: unknown): boolean {
  return isProblem(error, 'local.image-unavailable');
}

export function unknownSystem(system: string): Error {
  return problem('local.image-unavailable', {
    detail: `Who publishes images of ${system} is not known here, only of ${SYSTEMS.join(', ')}. Name one by image.id.`,
  });
}

interface FoundEdition {
  readonly directory: string;
  readonly edition: string;
}

/** What a page of a web server that lists a directory leads to, the newest first. */
function editionsIn(page: string, pattern: RegExp): readonly FoundEdition[] {
  const links = new Set(
    Array.from(page.matchAll(/href="([^"]+)"/gi), ([, target = '']) => target.replace(/^\.\//, '')),
  );
  const found = [...links].flatMap((directory) => {
    const edition = pattern.exec(directory)?.[1];
    return edition === undefined ? [] : [{ directory, edition }];
  });
  return found.toSorted((left, right) => newerFirst(left.edition, right.edition));
}

/** A date, and a number that grows with every build or on that day. */
function newerFirst(left: string, right: string): number {
  const [leftDate = '', leftBuild = '0'] = left.split(/[-.]/);
  const [rightDate = '', rightBuild = '0'] = right.split(/[-.]/);
  return rightDate.localeCompare(leftDate) || Number(rightBuild) - Number(leftBuild);
}

/** From a list as sha256sum and sha512sum write it. */
function digestIn(list: string, file: string, algorithm: 'sha256' | 'sha512'): string | undefined {
  const length = algorithm === 'sha256' ? 64 : 128;
  for (const line of list.split('\n')) {
    const [, digest = '', name] = /^([0-9a-f]+) [ *](\S+)\s*$/.exec(line) ?? [];
    if (name === file && digest.length === length) return digest;
  }
  return undefined;
}
