import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Instance } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { conditionOf } from '#providers/aws/ec2/machine-condition.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredMachine, prefixOf, UID, ZONES } from '../support/declared-cluster.ts';

const Bucket = `bootstrap-${UID}`;
const NOBODY = { machines: [] };

function workers(...names: readonly string[]): { readonly machines: readonly DeclaredMachine[] } {
  return { machines: names.map((name) => ({ name, role: 'worker', zones: ZONES })) };
}

async function lettersIn(stand: CloudStand): Promise<readonly string[]> {
  const command = new ListObjectsV2Command({ Bucket, Prefix: 'mailbox/' });
  const { Contents = [] } = await stand.run(stand.services.s3.send(command));
  return Contents.map(({ Key = '' }) => Key);
}

async function leave(stand: CloudStand, { InstanceId }: Instance, letter: string): Promise<void> {
  const command = new PutObjectCommand({ Bucket, Key: `${prefixOf(InstanceId)}${letter}`, Body: '{}' });
  await stand.run(stand.services.s3.send(command));
}

test('a machine that is destroyed leaves no letters, and those of others stay', async () => {
  const stand = await CloudStand.open();
  await stand.apply(workers('worker-1', 'worker-2'));
  for (const machine of await stand.machines()) await leave(stand, machine, 'stage-01-network');
  expect(await lettersIn(stand)).toHaveLength(4);
  await stand.apply(workers('worker-1'));
  const [left, ...others] = await stand.machines();
  if (left === undefined) throw new RangeError('There is no machine.');
  expect(others).toEqual([]);
  expect(await lettersIn(stand)).toEqual(
    ['hello', 'stage-01-network'].map((name) => `${prefixOf(left.InstanceId)}${name}`),
  );
});

test('to a later program it is gone all the same, since EC2 knows that somebody has asked for its end', async () => {
  const stand = await CloudStand.open();
  await stand.apply(workers('worker-1'));
  const [machine] = await stand.machines();
  if (machine === undefined) throw new RangeError('There is no machine.');
  await stand.apply(NOBODY);
  const found = await stand.run(stand.session.listings.instances.findById(stand.context(), machine.InstanceId ?? ''));
  if (found === undefined) throw new RangeError('It is not shown any more.');
  const looked = { found, mailbox: machine.InstanceId ?? '' };
  expect(found.State?.Name).toBe('terminated');
  expect(await lettersIn(stand)).toEqual([]);
  expect(await stand.run(conditionOf(stand.session, stand.context(), looked))).toBe('gone');
});

test('a program that is left between the end of a machine and its letters leaves litter that is in nobody’s way', async () => {
  let littered = 0;
  for (let leaveAfterMs = 0; leaveAfterMs <= 1_500; leaveAfterMs += 100) {
    const stand = await CloudStand.open();
    await stand.apply(workers('worker-1'));
    await stand.apply(NOBODY, { leaveAfterMs });
    const isEnded = (await stand.machines()).length === 0;
    if (isEnded && (await lettersIn(stand)).length > 0) littered += 1;
    expect(await stand.apply(workers('worker-1'))).toMatchObject({ ok: true, failed: [] });
    expect(await stand.plan(workers('worker-1'))).toEqual([]);
    expect(await stand.machines()).toHaveLength(1);
    expect(await stand.delete()).toMatchObject({ ok: true });
    expect(await stand.walk()).toEqual([]);
  }
  expect(littered).toBeGreaterThan(0);
});
