import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { debianPackages } from '../../ceph/debian-packages.ts';
import { beginAndKill } from './kills.ts';
import { eventually, NAME, type SharedCluster } from './shared-cluster.ts';

const Status = z.looseObject({ totalKey: z.number() });
const run = promisify(execFile);
/** One a minute, if anything has changed. */
const SNAPSHOT_MS = 150_000;
/** It is quick: some of these are over before. */
const KILLED = { kills: 8, withinMs: 2_000 };
const KILLS_LEAST = 4;

export function farewellChecks(cluster: SharedCluster): void {
  test('has brought home by itself what etcd remembers, and does so when it is asked', async () => {
    const { snapshots } = await cluster.places();
    const found = async (): Promise<readonly string[]> =>
      (await readdir(snapshots).catch(() => [])).filter((name) => /^etcd-\d+$/.test(name));
    await eventually(SNAPSHOT_MS, async () => ((await found()).length === 0 ? 'there is no snapshot yet' : undefined));
    const asked = join(cluster.place.root, 'asked.db');
    await cluster.place.good(['etcd', 'snapshot', NAME, '--to', asked]);
    const packages = await debianPackages({ suite: 'trixie', names: ['etcd-server', 'etcd-client'] });
    const [program, ...words] = packages.command('etcdutl');
    const [newest = ''] = (await found()).toSorted((left, right) => Number(right.slice(5)) - Number(left.slice(5)));
    for (const path of [join(snapshots, newest), asked]) {
      const { stdout } = await run(program, [...words, 'snapshot', 'status', path, '--write-out', 'json']);
      expect(Status.parse(JSON.parse(stdout)).totalKey).toBeGreaterThan(0);
    }
  });

  test('goes without a trace, though whoever takes it down is killed again and again', async () => {
    cluster.leave();
    const args = ['delete', NAME, '--yes', '--plain'];
    const kills = await beginAndKill(cluster, args, KILLED);
    // The last one may have been over before.
    await cluster.place.run(args);
    cluster.figures.push(`delete, killed ${kills} times`);
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
    expect(await cluster.place.processes()).toEqual([]);
    const left = await cluster.place.files();
    expect(left.filter((path) => path.startsWith(join(cluster.place.data, 'bootstrap', 'local')))).toEqual([]);
    expect(left.filter((path) => path.startsWith(join(cluster.place.root, 'run')))).toEqual([]);
    const { stdout } = await run('ss', ['--listening', '--tcp', '--numeric', '--no-header']);
    const ports = stdout.split('\n').map((line) => Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? 0));
    expect(ports.filter((port) => port >= 20_000 && port < 30_000)).toEqual([]);
  });
}
