import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ended, Workstation } from './workstation.ts';

const FILE = `name: shop
provider: simulator
domain: shop.example.com
region: eu-west-3
nodes: { converged: { count: 1 } }
access: { from: [203.0.113.7/32] }
simulator: { speed: 20 }
`;
const CREATE = ['create', '-f', 'shop.yaml', '--yes', '--plain'];

async function opened(): Promise<Workstation> {
  const workstation = await Workstation.open();
  await writeFile(join(workstation.home, 'shop.yaml'), FILE);
  return workstation;
}

/** Starts a create and comes back when it holds the lease. */
async function underWay(workstation: Workstation) {
  const child = workstation.start(CREATE);
  const end = ended(child);
  const isDriving = new Promise<void>((resolve) => {
    child.stdout?.on('data', (text: string) => {
      if (text.includes('holds the lease')) resolve();
    });
  });
  await Promise.race([isDriving, end]);
  return { child, end };
}

test('a second create of the same name exits at once and says who holds the lease', async () => {
  await using workstation = await opened();
  const first = await underWay(workstation);
  const second = await workstation.run(CREATE);
  expect(second.code).toBe(4);
  expect(second.stdout + second.stderr).toContain('[state.lease-held]');
  expect(second.stdout + second.stderr).toContain(`(process ${first.child.pid})`);
  expect(first.child.exitCode).toBe(null);
  expect(await first.end).toMatchObject({ code: 0 });
});

test('a second create that waits goes on when the first has ended, and finds nothing to do', async () => {
  await using workstation = await opened();
  const first = await underWay(workstation);
  const second = await workstation.run([...CREATE, '--wait']);
  expect(await first.end).toMatchObject({ code: 0 });
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(second.stdout).toContain('waiting for');
  expect(second.stdout).toContain('nothing to do');
});

test('a run that is stopped with Ctrl-C ends what is under way, and the next one goes on', async () => {
  await using workstation = await opened();
  const first = await underWay(workstation);
  await sleep(200);
  first.child.kill('SIGINT');
  expect(await first.end).toMatchObject({ code: 130 });
  expect(await workstation.run(CREATE)).toMatchObject({ code: 0, stderr: '' });
  expect(await workstation.run(['plan', 'shop'])).toMatchObject({ code: 0 });
});

test('another workstation with the same account takes the cluster up, and deletes it', async () => {
  await using first = await opened();
  expect(await first.run(CREATE)).toMatchObject({ code: 0 });
  await using second = await Workstation.open(first, 'accounts');
  const attached = await second.run(['attach', 'shop', '--provider', 'simulator', '--region', 'eu-west-3']);
  expect(attached).toMatchObject({ code: 0, stderr: '' });
  expect(await second.run(['plan', 'shop'])).toMatchObject({ code: 0, stderr: '' });
  expect((await second.run(['outputs', 'shop'])).stdout).toContain('api.shop.example.com');
  const deleted = await second.run(['delete', 'shop', '--yes', '--plain']);
  expect(deleted).toMatchObject({ code: 0, stderr: '' });
  expect(deleted.stdout).toMatch(/left_in_account\s+0/);
});
