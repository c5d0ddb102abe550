import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, GetObjectCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseClusterUid } from '#engine/address.ts';
import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import { BucketShelf } from '#providers/aws/s3/asset-shelf.ts';
import { bucketNameOf } from '#providers/aws/s3/bucket.ts';
import { BucketBoard } from '#providers/aws/s3/peer-board.ts';
import { AwsService } from '#providers/aws/service.ts';
import type { AwsSession } from '#providers/aws/session.ts';
import { sha256Hex } from '#std/hash.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { peer } from '../../../host/support/peers.ts';
import { startMoto } from '../../../moto/moto-server.ts';

const CLUSTER = parseClusterUid('nodesofmoto');
const Bucket = bucketNameOf(CLUSTER);
const moto = await startMoto({ settings: { ONE_REQUEST_AT_A_TIME: 'yes' } });
afterAll(() => moto[Symbol.asyncDispose]());
const client = new S3Client({ ...moto.clientConfig, forcePathStyle: true });
const s3: AwsSession['s3'] = new AwsService('s3', client, 'eu-west-3');
const place = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-3' } } as const;
await client.send(new CreateBucketCommand({ Bucket, ...place }));
await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));

test('two programs that publish at once over HTTP both get their peers in, and take them out', async () => {
  const [one, two] = [openBoard(), openBoard()];
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  const boardOf = (number: number) => (number % 2 === 0 ? one : two);
  await Promise.all(numbers.map((number) => boardOf(number).publish(context(), peer(number))));
  const found = await Promise.all(numbers.map((number) => one.find(context(), peer(number).node)));
  expect(found).toEqual(numbers.map((number) => peer(number)));
  const taken = two.publish(context(), peer(9, { publicKey: peer(1).publicKey }));
  await expect(taken).rejects.toMatchObject({ name: 'CallError', reason: 'exists' });
  await Promise.all(numbers.map((number) => boardOf(number + 1).withdraw(context(), peer(number))));
  expect(await two.find(context(), 'worker-1')).toBeUndefined();
});

test('an asset goes over HTTP with its digest, once, and comes back as it was', async () => {
  const root = await mkdtemp(join(tmpdir(), 'bootstrap-shelf-'));
  const content = randomBytes(12 * 2 ** 20);
  const sha256 = sha256Hex(content);
  const path = join(root, 'fetched');
  await writeFile(path, content);
  const shelf = new BucketShelf({ s3, disk: new SystemDisk() });
  try {
    expect(await shelf.has(context(), sha256)).toBe(false);
    await shelf.put(context(), { sha256, path });
    await shelf.put(context(), { sha256, path });
    expect(await shelf.has(context(), sha256)).toBe(true);
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: `assets/${sha256}` }));
    expect(sha256Hex((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(sha256);
    await shelf.remove(context(), sha256);
    expect(await shelf.has(context(), sha256)).toBe(false);
  } finally {
    await rm(root, { recursive: true });
  }
});

function openBoard(): SharedPeerBoard {
  const clock = new SystemClock();
  return new SharedPeerBoard(new BucketBoard(s3, clock), clock);
}

function context() {
  const { signal } = new AbortController();
  const send = <T>(_call: unknown, request: (signal: AbortSignal) => Promise<T>) => request(signal);
  return { cluster: CLUSTER, signal, read: send, mutate: send };
}
