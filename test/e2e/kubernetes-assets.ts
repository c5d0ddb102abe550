import { execFile } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { giveTo, type Household } from '../machines/household.ts';
import { Workplace } from '../machines/workplace.ts';

const run = promisify(execFile);

/** The folder with the programs of Kubernetes and, as `.tar`, the images that its nodes are given. */
export const KUBERNETES = 'BOOTSTRAP_KUBERNETES';

const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];
const VERSION = /(?<=^Kubernetes v)\S+/m;
const Contents = z.array(z.looseObject({ RepoTags: z.array(z.string()).min(1) })).min(1);

interface Shelving {
  readonly household: Household;
  /** Where what machines fetch is gathered. */
  readonly assets: string;
  readonly folder: string;
}

/** Puts Kubernetes beside what else machines fetch. */
export async function shelveKubernetes({ household, assets, folder }: Shelving): Promise<void> {
  const workplace = new Workplace(household, 'build');
  const copied = join(household.home, 'kubernetes');
  await cp(folder, copied, { recursive: true });
  await giveTo(household, copied);
  const images = (await readdir(folder)).filter((name) => name.endsWith('.tar'));
  for (const name of PROGRAMS) {
    const { stdout } = await run(join(folder, name), ['--version']);
    const [version = ''] = VERSION.exec(stdout) ?? [];
    await workplace.good(['assets', 'add', join(copied, name), name, version, '--to', assets]);
  }
  for (const file of images) {
    const name = file.slice(0, -'.tar'.length);
    await workplace.good([
      'assets',
      'add',
      join(copied, file),
      name,
      await versionIn(join(folder, file)),
      '--to',
      assets,
    ]);
  }
}

/** As an archive of an image tells it: what stands behind the colon of its name. */
async function versionIn(archive: string): Promise<string> {
  const { stdout } = await run('tar', ['--extract', '--to-stdout', '--file', archive, 'manifest.json']);
  const [name = ''] = Contents.parse(JSON.parse(stdout)).flatMap(({ RepoTags: names }) => names);
  return name.slice(name.lastIndexOf(':') + 1).replace(/^v/, '');
}
