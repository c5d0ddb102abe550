import { expect, test } from 'vitest';
import { MEAN_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from './support/cloud-stand.ts';
import { UID } from './support/declared-cluster.ts';

const NEVER = new AbortController().signal;
const RUNS_MAX = 4;

test('a cluster is created, found unchanged, and deleted without a trace', async () => {
  const stand = await CloudStand.open();
  expect(await stand.apply({})).toMatchObject({ ok: true, done: 27 });
  expect(await stand.plan({})).toEqual([]);
  expect(await stand.changesDuring(() => stand.apply({}))).toEqual([]);
  expect(await stand.delete()).toMatchObject({ ok: true, done: 27 });
  expect(await stand.walk()).toEqual([]);
});

test('a walk finds by their marks alone what truly is there, and after the deletion only the key that goes later', async () => {
  const stand = await CloudStand.open();
  await stand.apply({});
  const marked = async () => (await stand.run(stand.connect().walk(UID, NEVER))).map(({ kind }) => kind).toSorted();
  expect(await marked()).toEqual([
    'aws.ec2.instance',
    'aws.ec2.instance',
    'aws.ec2.instance',
    'aws.ec2.instance',
    'aws.ec2.internet-gateway',
    'aws.ec2.key-pair',
    'aws.ec2.route-table',
    'aws.ec2.security-group',
    'aws.ec2.subnet',
    'aws.ec2.subnet',
    'aws.ec2.subnet',
    'aws.ec2.volume',
    'aws.ec2.volume',
    'aws.ec2.volume',
    'aws.ec2.volume',
    'aws.ec2.volume',
    'aws.ec2.vpc',
    'aws.iam.instance-profile',
    'aws.iam.instance-profile',
    'aws.iam.role',
    'aws.iam.role',
    'aws.kms.key',
    'aws.route53.zone',
    'aws.s3.bucket',
  ]);
  await stand.delete();
  const left = await stand.run(stand.connect().walk(UID, NEVER));
  expect(left.map(({ kind, goesLater = 'now' }) => `${kind}: ${goesLater.replace(/[\d-]+$/, '…')}`)).toEqual([
    'aws.kms.key: deleted by KMS on …',
  ]);
});

test.each([1, 2, 3, 4, 5])(
  'in the meanest weather a cluster still converges, and goes without a trace (seed %i)',
  async (seed) => {
    const stand = await CloudStand.open({ seed, weather: MEAN_WEATHER });
    let isCreated = false;
    for (let run = 1; run <= RUNS_MAX && !isCreated; run += 1) isCreated = (await stand.apply({})).ok;
    expect(isCreated).toBe(true);
    expect((await stand.walk()).filter((kind) => kind === 'instance')).toHaveLength(4);
    let isGone = false;
    for (let run = 1; run <= RUNS_MAX && !isGone; run += 1) isGone = (await stand.delete()).ok;
    expect(isGone).toBe(true);
    expect(await stand.walk()).toEqual([]);
  },
);
