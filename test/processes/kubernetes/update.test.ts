import { appendFile, copyFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { good } from '../etcd/etcd-members.ts';
import { ControlPlanes, type Name, NAMES } from './control-planes.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';

const UNITS = ['apiserver', 'controller-manager', 'scheduler', 'etcd'];
const LOOK_MS = 250;

describe('programs of a control plane are replaced by others', () => {
  const programs = kubernetesPrograms();
  let planes: ControlPlanes;

  beforeAll(async () => {
    planes = await ControlPlanes.open(programs);
    for (const stage of ['seat', 'etcd', 'apiserver']) for (const ended of await planes.stage(stage)) good(ended);
  });

  afterAll(async () => {
    await planes[Symbol.asyncDispose]();
  });

  /** Another build of it: a program of Go does not mind what stands behind its end. */
  async function rebuild(name: Name, program: string): Promise<void> {
    const path = planes.machine(name).path(`opt/bootstrap/bin/${program}`);
    await copyFile(join(programs, program), `${path}.new`);
    await appendFile(`${path}.new`, 'another build');
    await rm(path);
    await copyFile(`${path}.new`, path);
    await rm(`${path}.new`);
  }

  /** Which units were started again by that. */
  async function startedBy(name: Name, work: () => Promise<void>): Promise<readonly string[]> {
    const before = await planes.processes(name, UNITS);
    await work();
    const after = await planes.processes(name, UNITS);
    return UNITS.filter((_, index) => before[index] !== after[index]);
  }

  test('and what changed is started again, on one machine after the other, while the API answers', async () => {
    const watched = new AbortController();
    const gaps = watchServers(watched.signal);
    for (const name of NAMES) {
      for (const program of ['kube-apiserver', 'kube-scheduler']) await rebuild(name, program);
      const again = await startedBy(name, async () => void good(await planes.machine(name).stage('apiserver')));
      // The leader among controllers ends by itself when it cannot reach its server in time.
      expect(again.filter((unit) => unit !== 'controller-manager')).toEqual(['apiserver', 'scheduler']);
    }
    watched.abort();
    expect(await gaps).toBe(0);
    for (const name of NAMES) {
      expect(await startedBy(name, async () => void good(await planes.machine(name).stage('apiserver')))).toEqual([]);
    }
  });

  test('and etcd is started again when its program is another one, once, as a member that is well', async () => {
    for (const name of NAMES) {
      const now = new Date();
      await utimes(planes.machine(name).path('opt/bootstrap/bin/etcd'), now, now);
      const again = await startedBy(name, async () => {
        expect(good(await planes.machine(name).stage('etcd'))).toContain('etcd was started again');
      });
      expect(again).toEqual(['etcd']);
      expect(await startedBy(name, async () => void good(await planes.machine(name).stage('etcd')))).toEqual([]);
    }
  });

  /** How often nobody was well. */
  async function watchServers(signal: AbortSignal): Promise<number> {
    let gaps = 0;
    while (!signal.aborted) {
      const looks = NAMES.map((name) =>
        planes.machine(name).run('curl', '-skf', '-m', '5', 'https://127.0.0.1:6443/readyz'),
      );
      const codes = (await Promise.all(looks)).map(({ code }) => code);
      if (codes.every((code) => code !== 0)) gaps += 1;
      await sleep(LOOK_MS);
    }
    return gaps;
  }
});
