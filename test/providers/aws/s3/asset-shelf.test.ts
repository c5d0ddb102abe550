import { CreateBucketCommand, ListObjectVersionsCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { BucketShelf } from '#providers/aws/s3/asset-shelf.ts';
import { bucketNameOf } from '#providers/aws/s3/bucket.ts';
import { sha256Hex } from '#std/hash.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, UID } from '../support/declared-cluster.ts';

const Bucket = bucketNameOf(UID);
const content = randomBytes(100_000);
const sha256 = sha256Hex(content);
let stand: CloudStand;
let shelf: BucketShelf;
let path: string;

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'bootstrap-shelf-'));
  path = join(root, 'fetched');
  await writeFile(path, content);
  stand = await CloudStand.open();
  // Read at once: a disk of the real time and an account of another one do not wait for each other.
  const bytes = await readFile(path);
  shelf = new BucketShelf({ s3: stand.session.s3, disk: { readBytes: async () => bytes } });
  const { s3 } = stand.services;
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  await stand.run(s3.send(new CreateBucketCommand({ Bucket, ...place })));
  const versions = { VersioningConfiguration: { Status: 'Enabled' } } as const;
  await stand.run(s3.send(new PutBucketVersioningCommand({ Bucket, ...versions })));
  return () => rm(root, { recursive: true });
});

test('an asset is put on the shelf once, and taken off with all that the bucket keeps of it', async () => {
  expect(await has()).toBe(false);
  await stand.run(shelf.put(stand.context(), { sha256, path }));
  await stand.run(shelf.put(stand.context(), { sha256, path }));
  expect([await has(), await versionsOf()]).toEqual([true, [`assets/${sha256}`]]);
  await stand.run(shelf.remove(stand.context(), sha256));
  await stand.run(shelf.remove(stand.context(), sha256));
  expect([await has(), await versionsOf()]).toEqual([false, []]);
});

test('what does not have its digest is refused by S3', async () => {
  const other = sha256Hex('another');
  const refused = stand.run(shelf.put(stand.context(), { sha256: other, path }));
  await expect(refused).rejects.toMatchObject({ name: 'CallError', outcome: 'rejected', reason: 'invalid' });
  expect(await versionsOf()).toEqual([]);
});

test('a file that is not there is told by its name', async () => {
  const own = stand.session.assets.put(stand.context(), { sha256, path: '/nowhere/fetched' });
  await expect(own).rejects.toMatchObject({ name: 'CallError', outcome: 'rejected', reason: 'absent' });
});

test('a name that is no digest leads nowhere', async () => {
  await expect(shelf.has(stand.context(), 'state/head.json')).rejects.toThrow(
    'A digest has 64 small hexadecimal digits.',
  );
});

function has(): Promise<boolean> {
  return stand.run(shelf.has(stand.context(), sha256));
}

async function versionsOf(): Promise<readonly (string | undefined)[]> {
  const { Versions = [], DeleteMarkers = [] } = await stand.run(
    stand.services.s3.send(new ListObjectVersionsCommand({ Bucket })),
  );
  return [...Versions, ...DeleteMarkers].map(({ Key }) => Key);
}
