import { rm } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { clusterFile, Desk, FOREVER, NAME, TARGET, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

const WHERE = { name: NAME, provider: 'simulator', region: 'eu-west-3' };

test('a second create at the same time ends at once and names who holds the lease; one that waits goes on afterwards', async () => {
  await using desk = await Desk.alone();
  const begun = Promise.withResolvers<void>();
  const first = desk.app({
    emit(event) {
      if (event.type === 'change-finished' && event.address === 'eu-west-3.network') begun.resolve();
    },
  });
  const running = desk.create(clusterFile(), first);
  await begun.promise;
  const refused = await desk.create();
  expect(refused.failed).toMatchObject([{ code: 'state.lease-held' }]);
  expect(refused.failed[0]?.detail).toMatch(/^\w+ on .+ \(process \d+\) has held it for \d+ s\.$/);
  const request = { file: { path: 'cluster.yaml', text: clusterFile() }, wait: true };
  const patient = desk.app().create(request, UNINTERRUPTED);
  expect(await running).toMatchObject({ ok: true });
  expect(await patient).toMatchObject({ ok: true, done: 0 });
});

test('another workstation attaches by name, sees what the first one sees, and its changes reach the first one', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const neighbour = await desk.neighbour();
  const attached = await neighbour.app().attach(WHERE, FOREVER);
  const own = await desk.app().status(TARGET, FOREVER);
  expect(attached).toMatchObject({ uid: own.uid, nodes: own.nodes, resources: own.resources });
  expect(await neighbour.app().outputs(TARGET, FOREVER)).toEqual(await desk.app().outputs(TARGET, FOREVER));

  const runs = new Set<string>();
  for await (const { run } of neighbour.app().events(TARGET, { follow: false }, FOREVER)) runs.add(run);
  expect(runs.size).toBe(1);

  await neighbour.edit(clusterFile({ workers: 2 }));
  expect(await neighbour.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  // The copy of the first workstation is older, and unedited: it does not count.
  expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
  expect((await desk.app().status(TARGET, FOREVER)).nodes.map(({ name }) => name)).toContain('worker-2');

  await desk.edit(clusterFile({ workers: 4 }));
  await neighbour.edit(clusterFile({ workers: 3 }));
  expect(await neighbour.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  const torn = await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED);
  expect(torn.failed).toMatchObject([{ code: 'cluster.file-overtaken' }]);
});

test('a cluster deleted from another workstation is gone here as well', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const neighbour = await desk.neighbour();
  await neighbour.app().attach(WHERE, FOREVER);
  expect(await neighbour.delete()).toMatchObject({ ok: true });
  await expect(desk.app().status(TARGET, FOREVER)).rejects.toMatchObject({ code: 'state.absent' });
  expect(await desk.delete()).toMatchObject({ ok: true, done: 0 });
  expect(await desk.app().list()).toMatchObject([{ name: NAME, isDeleted: true }]);
});

test('a name that the account does not have is not attached', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const neighbour = await desk.neighbour();
  const attempt = neighbour.app().attach({ ...WHERE, name: 'other' }, FOREVER);
  await expect(attempt).rejects.toMatchObject({ code: 'cluster.not-found' });
  expect(await neighbour.app().list()).toEqual([]);
});

test('the lease of a run that is gone is taken by hand', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  expect(await desk.app().stateUnlock(TARGET, FOREVER)).toMatch(/^It was free; it is free now, at generation \d+\.$/);
});

test('a state whose bucket is lost is brought back from the copy on this workstation, and the cluster made whole', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const { uid, resources } = await desk.app().status(TARGET, FOREVER);
  const from = desk.places.of(NAME).state(uid);
  await expect(desk.app().stateRestore(TARGET, { from }, FOREVER)).rejects.toMatchObject({ code: 'state.in-the-way' });

  await rm(desk.places.simulatedAccount(NAME), { recursive: true });
  await expect(desk.app().status(TARGET, FOREVER)).rejects.toMatchObject({ code: 'state.absent' });
  expect(await desk.app().stateRestore(TARGET, { from }, FOREVER)).toBe(`2 resources are known again, from ${from}.`);
  expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  expect(await desk.app().status(TARGET, FOREVER)).toMatchObject({ uid, resources });
});
