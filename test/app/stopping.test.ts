import { expect, test, vi } from 'vitest';
import { clusterFile, Desk, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

test('after the first signal nothing new is begun, and the next create goes on', async () => {
  await using desk = await Desk.alone();
  const stop = new AbortController();
  const app = desk.app({
    emit(event) {
      if (event.type === 'change-finished' && event.address === 'eu-west-3.network') stop.abort();
    },
  });
  const request = { file: { path: 'cluster.yaml', text: clusterFile() }, wait: false };
  const stopped = await app.create(request, { ...UNINTERRUPTED, stop: stop.signal });
  expect(stopped.ok).toBe(false);
  expect(stopped.skipped).toContain('eu-west-3.node.worker-1');
  expect(await desk.create()).toMatchObject({ ok: true });
});

test('a stop before anything was begun says so', async () => {
  await using desk = await Desk.alone();
  const request = { file: { path: 'cluster.yaml', text: clusterFile() }, wait: false };
  const attempt = desk.app().create(request, { ...UNINTERRUPTED, stop: AbortSignal.abort() });
  await expect(attempt).rejects.toMatchObject({ code: 'apply.interrupted' });
});
