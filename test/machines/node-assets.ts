import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPackages } from '../ceph/debian-packages.ts';
import { giveTo, type Household } from './household.ts';
import type { Workplace } from './workplace.ts';

const run = promisify(execFile);
const PROGRAMS = ['etcd', 'etcdctl', 'etcdutl'];
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' } as const;

/** As a cluster file names such a folder. */
export function lockedIn(folder: string): { readonly lock: string; readonly source: string } {
  return { lock: join(folder, 'assets.lock.yaml'), source: folder };
}

/** What machines fetch beside the scripts of a node, in a folder with its lock: no machine of these tests reaches its makers. */
export async function nodeAssets(household: Household, workplace: Workplace): Promise<string> {
  const packages = await debianPackages({ suite: 'trixie', names: ['etcd-server', 'etcd-client'] });
  const [program, ...words] = packages.command('etcd');
  const { stdout } = await run(program, [...words, '--version']);
  const [version = ''] = /(?<=^etcd Version: )\S+$/m.exec(stdout) ?? [];
  const archive = join(household.home, 'etcd.tar.gz');
  await run('tar', [
    '--create',
    '--gzip',
    '--file',
    archive,
    '--directory',
    join(packages.root, 'usr/bin'),
    ...PROGRAMS,
  ]);
  await giveTo(household, archive);
  // Whatever somebody else has put there would be given to machines too.
  const folder = join(household.home, 'assets');
  await rm(folder, { recursive: true, force: true });
  const { arch } = process;
  if (arch !== 'x64' && arch !== 'arm64')
    throw new Error(`These tests know machines of x64 and arm64, not of ${arch}.`);
  const options = ['--to', folder, '--architecture', ARCHITECTURES[arch]];
  await workplace.good(['assets', 'add', archive, 'etcd', version, ...options]);
  return folder;
}
