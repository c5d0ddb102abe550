import { join } from 'node:path';
import { type Archives, sourceLines } from './archives.ts';
import { loaderScript } from './boot-loader.ts';
import type { Builder } from './builder.ts';
import { filesScript, tidyScript } from './customize-script.ts';
import { BUILDABLE, type ImageOrder } from './image-order.ts';
import { packagesFor } from './packages.ts';
import { TREE_FILES, TREE_LINKS } from './tree-files.ts';
import type { Workshop } from './workshop.ts';

/** Nobody reads them in a machine of a cluster; licences stay. */
const LEFT_OUT = [
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
];

/** Files that are there already are kept, and nothing is written twice for a power cut. */
const WHILE_BUILDING = ['force-confold', 'force-unsafe-io'];

interface Site {
  readonly builder: Builder;
  readonly workshop: Workshop;
  readonly archives: Archives;
}

/** Installs all packages, and resolves with the archive of files that makes. */
export async function installTree(
  { builder, workshop, archives }: Site,
  order: ImageOrder,
  signal: AbortSignal,
): Promise<string> {
  const tar = join(workshop.own, 'tree.tar');
  const { suite, epochS } = BUILDABLE[order.system];
  const loader = loaderScript(order.architecture);
  const args = [
    `--mode=${builder.mode}`,
    '--format=tar',
    '--variant=minbase',
    `--architectures=${order.architecture}`,
    `--include=${packagesFor(order.architecture, order.packages).join(',')}`,
    ...archives.aptOptions.map((option) => `--aptopt=${option}`),
    ...[...LEFT_OUT, ...WHILE_BUILDING].map((option) => `--dpkgopt=${option}`),
    // The rest is installed into what the essential packages have made, and leaves these files as they are.
    `--essential-hook=${filesScript(TREE_FILES, TREE_LINKS)}`,
    `--customize-hook=${filesScript(TREE_FILES, TREE_LINKS)}`,
    ...(loader === undefined ? [] : [`--customize-hook=${loader}`]),
    `--customize-hook=${tidyScript()}`,
    suite,
    tar,
    ...sourceLines(archives, order.system),
  ];
  const variables = { SOURCE_DATE_EPOCH: String(epochS), TMPDIR: workshop.own, PYTHONHASHSEED: '0' };
  await builder.run('mmdebstrap', args, { signal, variables, hear: stepsOf(order.hear) });
  return tar;
}

/** What it says of itself at the beginning of a step, and what that is for people. */
const STEPS: ReadonlyMap<string, string> = new Map([
  ['running apt-get update', 'reading the lists of packages'],
  ['downloading packages with apt', 'downloading the packages of every Debian'],
  ['extracting archives', 'unpacking them'],
  ['installing essential packages', 'setting them up'],
  ['installing remaining packages inside the chroot', 'downloading and setting up all others'],
  ['creating tarball', 'packing the files'],
]);

/** Nothing of what apt and dpkg say in between. */
function stepsOf(hear: (line: string) => void): (text: string) => void {
  let begun = '';
  return (text) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) {
      const step = STEPS.get(/^I: (.+?)[.]*$/.exec(line)?.[1] ?? '');
      if (step !== undefined) hear(step);
    }
  };
}
