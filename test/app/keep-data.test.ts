import { describe, expect, test } from 'vitest';
import type { DeletePreview } from '#app/app.ts';
import { clusterFile, Desk, FOREVER, TARGET, UNINTERRUPTED } from './support/desk.ts';

const THREE = clusterFile()
  .replace('storage: { count: 1 }', 'storage: { count: 2, data-disks: [100GiB, 50GiB] }')
  .replace('speed: 500', 'weather: calm, speed: 500');

describe('delete --keep-data', { timeout: 120_000 }, () => {
  test('keeps the disks for data, lists them with what they cost, and nothing else is left', async () => {
    await using desk = await Desk.alone();
    expect(await desk.create(THREE)).toMatchObject({ ok: true });
    const previews: DeletePreview[] = [];
    const confirm = async (preview: DeletePreview): Promise<boolean> => previews.push(preview) > 0;
    const { ok, outputs } = await desk.app().delete(TARGET, { wait: false, keepData: true, confirm }, UNINTERRUPTED);
    expect(ok).toBe(true);
    expect(previews[0]?.keeps).toEqual({ disks: 4, sizeGiB: 300, monthlyUsd: 24 });
    expect(outputs[0]).toEqual({ name: 'left_in_account', value: '0' });
    const kept = outputs.filter(({ name }) => name === 'kept').map(({ value }) => value.replace(/vol-\w+/, 'vol-…'));
    expect(kept.toSorted()).toEqual([
      'aws.ec2.volume vol-…, 100 GiB in eu-west-3a, $8.00 a month',
      'aws.ec2.volume vol-…, 100 GiB in eu-west-3b, $8.00 a month',
      'aws.ec2.volume vol-…, 50 GiB in eu-west-3a, $4.00 a month',
      'aws.ec2.volume vol-…, 50 GiB in eu-west-3b, $4.00 a month',
    ]);
    expect(await desk.app().list()).toMatchObject([{ isDeleted: true }]);
  });

  test('is answered with no, and the machines are as they were', async () => {
    await using desk = await Desk.alone();
    await desk.create(THREE);
    const confirm = async (): Promise<boolean> => false;
    await desk.app().delete(TARGET, { wait: false, keepData: true, confirm }, UNINTERRUPTED);
    expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
  });

  test('without it no disk is left', async () => {
    await using desk = await Desk.alone();
    await desk.create(THREE);
    const { ok, outputs } = await desk.delete();
    expect(ok).toBe(true);
    expect(outputs.filter(({ name }) => name === 'kept')).toEqual([]);
  });
});
