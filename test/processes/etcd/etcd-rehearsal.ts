import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { etcdPackages } from './etcd-machine.ts';

const run = promisify(execFile);
const STARTS_MS = 20_000;
const LOOK_MS = 100;

/** The keys of a cluster of one that is restored from a snapshot, sorted: what is left when all members are lost. */
export async function rehearseRestore(snapshot: Buffer, address: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bootstrap-restore-'));
  const data = join(folder, 'data');
  const packages = await etcdPackages();
  const [client, peer] = [`http://${address}:2379`, `http://${address}:2380`];
  try {
    await writeFile(join(folder, 'snapshot'), snapshot);
    const [etcdutl, ...words] = packages.command('etcdutl');
    await run(etcdutl, [...words, 'snapshot', 'restore', join(folder, 'snapshot'), '--data-dir', data]);
    const [etcd, ...options] = packages.command('etcd');
    const urls = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer];
    const server = spawn(etcd, [...options, '--data-dir', data, ...urls], { stdio: 'ignore' });
    try {
      return await keysOf(client);
    } finally {
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keysOf(endpoint: string): Promise<readonly string[]> {
  const [etcdctl, ...words] = (await etcdPackages()).command('etcdctl');
  const untilMs = performance.now() + STARTS_MS;
  for (;;) {
    const get = ['--endpoints', endpoint, 'get', '', '--prefix', '--keys-only'];
    const said = await run(etcdctl, [...words, ...get]).catch((error: unknown) => String(error));
    if (typeof said !== 'string') return said.stdout.split('\n').filter((line) => line !== '');
    if (performance.now() > untilMs) throw new Error(`A restored member does not answer: ${said}`);
    await sleep(LOOK_MS);
  }
}
