import { createHash } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { Weather } from '#providers/simulator/weather.ts';
import { ALL_BEHIND, refusalOf, REGION, SdkAccount } from '../support/sdk-account.ts';

const Bucket = 'state';

/** A bucket, and short words for what is done with it. */
class Shelf {
  readonly account: SdkAccount;

  private constructor(account: SdkAccount) {
    this.account = account;
  }

  static async open(weather: Partial<Weather> = {}): Promise<Shelf> {
    const account = await SdkAccount.open();
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await account.in().s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    await account.pass(60_000);
    account.change(weather);
    return new Shelf(account);
  }

  get s3() {
    return this.account.in().s3;
  }

  async put(Key: string, Body: string | Uint8Array = 'x', condition: object = {}) {
    return this.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...condition }));
  }

  async get(Key: string, VersionId?: string): Promise<string | undefined> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return Body?.transformToString();
  }

  async delete(Key: string, VersionId?: string) {
    return this.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }

  async keepVersions(Status: 'Enabled' | 'Suspended' = 'Enabled') {
    await this.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  }

  async keys(input: object = {}): Promise<readonly (string | undefined)[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket, ...input }));
    return Contents.map(({ Key }) => Key);
  }

  /** `a 1 x`, newest first; a marker has no content. */
  async versions(): Promise<readonly string[]> {
    const { Versions = [], DeleteMarkers = [] } = await this.s3.send(new ListObjectVersionsCommand({ Bucket }));
    const stored = Versions.map(async ({ Key = '', VersionId = '', IsLatest }) => {
      const id = VersionId === 'null' ? 'null' : 'id';
      return `${Key} ${id} ${await this.get(Key, VersionId)}${IsLatest === true ? ' latest' : ''}`;
    });
    const markers = DeleteMarkers.map(
      ({ Key, VersionId, IsLatest }) =>
        `${Key} ${VersionId === 'null' ? 'null' : 'id'} marker${IsLatest === true ? ' latest' : ''}`,
    );
    return [...markers, ...(await Promise.all(stored))];
  }
}

test('S3-19: what was written, replaced or deleted is seen at once, by reading and by listing', async () => {
  const shelf = await Shelf.open(ALL_BEHIND);
  await shelf.put('a', 'one');
  expect([await shelf.get('a'), await shelf.keys()]).toEqual(['one', ['a']]);
  await shelf.put('a', 'two');
  expect(await shelf.get('a')).toBe('two');
  await shelf.delete('a');
  expect(await refusalOf(shelf.get('a'))).toBe('NoSuchKey 404');
  expect(await shelf.keys()).toEqual([]);
});

test('S3-41: what was sent is compared with what it is said to add up to', async () => {
  const shelf = await Shelf.open();
  const ChecksumSHA256 = createHash('sha256').update('one').digest('base64');
  expect(await refusalOf(shelf.put('a', 'two', { ChecksumSHA256 }))).toBe('BadDigest 400');
  expect(await shelf.keys()).toEqual([]);
  await shelf.put('a', Buffer.from('one'), { ChecksumSHA256 });
  expect(await shelf.get('a')).toBe('one');
});

test('S3-20: an object is only made when there is none', async () => {
  const shelf = await Shelf.open();
  await shelf.put('a', 'one', { IfNoneMatch: '*' });
  expect(await refusalOf(shelf.put('a', 'two', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
  expect(await shelf.get('a')).toBe('one');
});

test('S3-21: an object is only replaced when it has the tag', async () => {
  const shelf = await Shelf.open();
  const { ETag } = await shelf.put('a', 'one');
  await shelf.put('a', 'two', { IfMatch: ETag });
  expect(await refusalOf(shelf.put('a', 'three', { IfMatch: ETag }))).toBe('PreconditionFailed 412');
  expect(await shelf.get('a')).toBe('two');
});

test('S3-22: an object that is not there, or deleted, is not replaced', async () => {
  const shelf = await Shelf.open();
  expect(await refusalOf(shelf.put('a', 'x', { IfMatch: '"0"' }))).toBe('NoSuchKey 404');
  await shelf.keepVersions();
  const { ETag } = await shelf.put('a', 'one');
  await shelf.delete('a');
  expect(await refusalOf(shelf.put('a', 'x', { IfMatch: ETag }))).toBe('NoSuchKey 404');
  await shelf.put('a', 'again', { IfNoneMatch: '*' });
});

test('S3-23: a conditional write beside another one is refused and not done', async () => {
  const shelf = await Shelf.open({ conflict: 1 });
  expect(await refusalOf(shelf.put('a', 'x', { IfNoneMatch: '*' }))).toBe('ConditionalRequestConflict 409');
  expect(await refusalOf(shelf.get('a'))).toBe('NoSuchKey 404');
  await shelf.put('a', 'without a condition');
});

test('S3-24: equal contents have equal tags, whoever wrote them', async () => {
  const shelf = await Shelf.open();
  const first = await shelf.put('a', 'same');
  const other = await shelf.put('b', 'other');
  const again = await shelf.put('a', 'same');
  expect(again.ETag).toBe(first.ETag);
  expect(other.ETag).not.toBe(first.ETag);
  expect(first.ETag).toMatch(/^"[0-9a-f]{32}"$/);
});

test('S3-25: a missing object has a name for readers and none for those who only look at its head', async () => {
  const shelf = await Shelf.open();
  expect(await refusalOf(shelf.get('a'))).toBe('NoSuchKey 404');
  expect(await refusalOf(shelf.s3.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('NotFound 404');
  const elsewhere = new GetObjectCommand({ Bucket: 'nowhere', Key: 'a' });
  expect(await refusalOf(shelf.s3.send(elsewhere))).toBe('NoSuchBucket 404');
});

test('S3-26: text and bytes come back as they went, with their type and metadata', async () => {
  const shelf = await Shelf.open();
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await shelf.put('bytes', bytes, { ContentType: 'application/x-thing', Metadata: { a: 'b' } });
  await shelf.put('text', 'ß€𝄞');
  const { Body, ...head } = await shelf.s3.send(new GetObjectCommand({ Bucket, Key: 'bytes' }));
  expect(await Body?.transformToByteArray()).toEqual(Buffer.from(bytes));
  expect(head).toMatchObject({ ContentLength: 256, ContentType: 'application/x-thing', Metadata: { a: 'b' } });
  expect(await shelf.get('text')).toBe('ß€𝄞');
  expect(await shelf.s3.send(new HeadObjectCommand({ Bucket, Key: 'text' }))).toMatchObject({ ContentLength: 9 });
});

test('S3-27: a version that is not there and a marker are told apart', async () => {
  const shelf = await Shelf.open();
  await shelf.keepVersions();
  await shelf.put('a');
  const { VersionId, DeleteMarker } = await shelf.delete('a');
  expect(DeleteMarker).toBe(true);
  expect(await refusalOf(shelf.get('a', 'nonsense'))).toBe('NoSuchVersion 404');
  expect(await refusalOf(shelf.get('a', VersionId))).toBe('MethodNotAllowed 405');
});

test('S3-28: deleting what is not there succeeds', async () => {
  const shelf = await Shelf.open();
  expect(await shelf.delete('a')).not.toHaveProperty('DeleteMarker');
  expect(await shelf.delete('a', 'nonsense')).toMatchObject({ VersionId: 'nonsense' });
});

test('S3-29: without versions an object that is replaced or deleted is gone', async () => {
  const shelf = await Shelf.open();
  const { VersionId } = await shelf.put('a', 'one');
  expect(VersionId).toBe(undefined);
  await shelf.put('a', 'two');
  expect(await shelf.versions()).toEqual(['a null two latest']);
  await shelf.delete('a');
  expect(await shelf.versions()).toEqual([]);
});

test('S3-30: with versions a deletion hides the object and removes nothing', async () => {
  const shelf = await Shelf.open();
  await shelf.keepVersions();
  const { VersionId } = await shelf.put('a', 'one');
  await shelf.put('a', 'two');
  await shelf.delete('a');
  expect(await refusalOf(shelf.get('a'))).toBe('NoSuchKey 404');
  expect(await shelf.get('a', VersionId)).toBe('one');
  expect(await shelf.versions()).toEqual(['a id marker latest', 'a id two', 'a id one']);
});

test('S3-31: what a marker hides comes back when the marker is deleted, and an older version when a newer one is', async () => {
  const shelf = await Shelf.open();
  await shelf.keepVersions();
  await shelf.put('a', 'one');
  const second = await shelf.put('a', 'two');
  const marker = await shelf.delete('a');
  expect(await shelf.delete('a', marker.VersionId)).toMatchObject({ DeleteMarker: true });
  expect(await shelf.get('a')).toBe('two');
  await shelf.delete('a', second.VersionId);
  expect([await shelf.get('a'), await shelf.keys()]).toEqual(['one', ['a']]);
});

test('S3-32: a bucket that has stopped to keep versions keeps those it has, and one more named null', async () => {
  const shelf = await Shelf.open();
  await shelf.put('a', 'before');
  await shelf.keepVersions();
  await shelf.put('a', 'kept');
  await shelf.keepVersions('Suspended');
  await shelf.put('a', 'after');
  expect(await shelf.versions()).toEqual(['a null after latest', 'a id kept']);
  await shelf.delete('a');
  expect(await shelf.versions()).toEqual(['a null marker latest', 'a id kept']);
});

test('S3-33: writers learn by and by that a bucket keeps versions', async () => {
  const shelf = await Shelf.open({ lagMs: 10_000, staleDescribe: 1 });
  await shelf.keepVersions();
  expect((await shelf.put('a', 'early')).VersionId).toBe(undefined);
  await shelf.account.pass(10_000);
  expect((await shelf.put('a', 'late')).VersionId).toMatch(/^[0-9a-f]{32}$/);
});

test('S3-40: while a bucket begins to keep versions, readers may not find what was written since', async () => {
  const shelf = await Shelf.open({ lagMs: 10_000, versionsUnseen: 1 });
  await shelf.put('old');
  await shelf.account.pass(1_000);
  await shelf.keepVersions();
  await shelf.put('a');
  expect(await refusalOf(shelf.get('a'))).toBe('NoSuchKey 404');
  expect(await refusalOf(shelf.put('a', 'x', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
  expect([await shelf.keys(), await shelf.get('old')]).toEqual([['a', 'old'], 'x']);
  await shelf.account.pass(10_000);
  expect(await shelf.get('a')).toBe('x');
});

test('S3-34: objects are listed by key, from a prefix, after a key, in pages of at most a thousand', async () => {
  const shelf = await Shelf.open();
  for (const key of ['b/2', 'a', 'b/1', 'b', 'c', 'b/10']) await shelf.put(key);
  expect(await shelf.keys()).toEqual(['a', 'b', 'b/1', 'b/10', 'b/2', 'c']);
  expect(await shelf.keys({ Prefix: 'b/' })).toEqual(['b/1', 'b/10', 'b/2']);
  expect(await shelf.keys({ Prefix: 'b/', StartAfter: 'b/1' })).toEqual(['b/10', 'b/2']);
  const page = await shelf.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'b', MaxKeys: 3 }));
  expect(page).toMatchObject({ KeyCount: 3, IsTruncated: true });
  expect(await shelf.keys({ Prefix: 'b', ContinuationToken: page.NextContinuationToken })).toEqual(['b/2']);
  const wrong = shelf.s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'nonsense' }));
  expect(await refusalOf(wrong)).toBe('InvalidArgument 400');
});

test('S3-35: a page may hold fewer objects than were asked for', async () => {
  const shelf = await Shelf.open({ pageSizeOne: 1 });
  for (const key of ['a', 'b', 'c']) await shelf.put(key);
  const found: unknown[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await shelf.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 100, ContinuationToken }));
    found.push(page.Contents?.map(({ Key }) => Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  expect(found).toEqual([['a'], ['b'], ['c']]);
});

test('S3-36: versions are listed by key, the newest first, and pages go on behind a version', async () => {
  const shelf = await Shelf.open();
  await shelf.keepVersions();
  for (const [key, body] of [
    ['b', '1'],
    ['a', '1'],
    ['a', '2'],
  ] as const)
    await shelf.put(key, body);
  await shelf.delete('a');
  const found: string[] = [];
  let marker: object = {};
  for (let pages = 0; pages < 4; pages += 1) {
    const page = await shelf.s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...marker }));
    const [entry] = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    found.push(`${entry?.Key}${entry?.IsLatest === true ? ' latest' : ''}${page.IsTruncated === true ? ' …' : ''}`);
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
  expect(found).toEqual(['a latest …', 'a …', 'a …', 'b latest']);
});

test('S3-37: many objects are deleted by one request, versions and absent ones among them', async () => {
  const shelf = await Shelf.open();
  await shelf.keepVersions();
  const { VersionId } = await shelf.put('a', 'one');
  await shelf.put('a', 'two');
  await shelf.put('b');
  const Objects = [{ Key: 'a', VersionId }, { Key: 'a' }, { Key: 'b' }, { Key: 'never' }];
  const { Deleted = [] } = await shelf.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted.map(({ Key, DeleteMarker }) => [Key, DeleteMarker])).toEqual([
    ['a', undefined],
    ['a', true],
    ['b', true],
    ['never', true],
  ]);
  expect(await shelf.versions()).toEqual([
    'a id marker latest',
    'b id marker latest',
    'never id marker latest',
    'a id two',
    'b id x',
  ]);
  const quiet = await shelf.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  expect(quiet.Deleted).toBe(undefined);
});

test('S3-38: a deletion may ask that the object is there, or is the one it means', async () => {
  const shelf = await Shelf.open();
  const remove = (IfMatch: string) => shelf.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', IfMatch }));
  expect(await refusalOf(remove('*'))).toBe('NoSuchKey 404');
  const { ETag = '' } = await shelf.put('a', 'one');
  expect(await refusalOf(remove('"0"'))).toBe('PreconditionFailed 412');
  await remove(ETag);
  await shelf.keepVersions();
  await shelf.put('a', 'two');
  await remove('*');
  expect(await refusalOf(remove('*'))).toBe('PreconditionFailed 412');
});
