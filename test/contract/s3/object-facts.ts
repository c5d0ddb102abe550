import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, S3_CONDITIONS, S3_ERRORS, s3Api } from '../sources.ts';
import { makeBucket, makeVersionedBucket, NO_BUCKET, put, refusalOfPut, versionsIn } from './scenery.ts';

type S3 = Pick<AwsClients, 's3'>;

const DELETE_CONDITIONS = docs('AmazonS3/latest/userguide/conditional-deletes.html');
const FAILED = 'PreconditionFailed 412';
const MISSING = 'NoSuchKey 404';
const OTHER_TAG = '"0123456789abcdef0123456789abcdef"';

async function bodyOf({ s3 }: S3, Bucket: string, Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

async function refusalOfGet({ s3 }: S3, Bucket: string, Key: string, VersionId?: string): Promise<string> {
  return refusalOf(s3.send(new GetObjectCommand({ Bucket, Key, VersionId })));
}

async function remove({ s3 }: S3, Bucket: string, Key: string, IfMatch?: string): Promise<string> {
  return refusalOf(s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch })));
}

async function keysIn({ s3 }: S3, Bucket: string, Prefix = ''): Promise<readonly (string | undefined)[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents.map(({ Key }) => Key);
}

const conditions = factsOf('s3', {
  'write-if-none': {
    fact: 'If-None-Match: * writes what is not there, and is PreconditionFailed 412 for what is.',
    source: S3_CONDITIONS,
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'if-none');
      const write = () => refusalOfPut(aws, bucket, { Key: 'head', IfNoneMatch: '*' });
      return [await write(), await write()];
    },
    holds: ['accepted', FAILED],
  },
  'write-if-none-16': {
    fact: 'Of sixteen that write with If-None-Match at one time, one wins.',
    source: S3_CONDITIONS,
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'if-none-16');
      const write = (Body: string) => refusalOfPut(aws, bucket, { Key: 'head', Body, IfNoneMatch: '*' });
      const outcomes = await Promise.all(Array.from({ length: 16 }, (_, writer) => write(`writer ${writer}`)));
      return outcomes.filter((outcome) => outcome === 'accepted').length;
    },
    holds: 1,
  },
  'write-if-none-deleted': {
    fact: 'If-None-Match: * writes over a delete marker.',
    source: S3_CONDITIONS,
    run: async (aws) => {
      const bucket = await makeVersionedBucket(aws, 'if-none-deleted');
      await put(aws, bucket, { Key: 'head' });
      await remove(aws, bucket, 'head');
      return refusalOfPut(aws, bucket, { Key: 'head', IfNoneMatch: '*' });
    },
    holds: 'accepted',
  },
  'write-if-match': {
    fact: 'If-Match writes over what has the tag, and not again with the same tag.',
    source: S3_CONDITIONS,
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'if-match');
      const IfMatch = await put(aws, bucket, { Key: 'head', Body: 'one' });
      const write = (Body: string) => refusalOfPut(aws, bucket, { Key: 'head', Body, IfMatch });
      return [await write('two'), await write('three'), await bodyOf(aws, bucket, 'head')];
    },
    holds: ['accepted', FAILED, 'two'],
  },
  'write-if-match-missing': {
    fact: 'If-Match on a key that is not there is NoSuchKey 404.',
    source: S3_CONDITIONS,
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'if-match-missing');
      return refusalOfPut(aws, bucket, { Key: 'head', IfMatch: OTHER_TAG });
    },
    holds: MISSING,
  },
  'write-if-match-deleted': {
    fact: 'If-Match on a key with a delete marker on top is NoSuchKey 404.',
    source: S3_CONDITIONS,
    run: async (aws) => {
      const bucket = await makeVersionedBucket(aws, 'if-match-deleted');
      const IfMatch = await put(aws, bucket, { Key: 'head' });
      await remove(aws, bucket, 'head');
      return refusalOfPut(aws, bucket, { Key: 'head', IfMatch });
    },
    holds: MISSING,
  },
  'delete-if-match': {
    fact: 'A delete with another tag is PreconditionFailed 412, with the right one it is done.',
    source: DELETE_CONDITIONS,
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'delete-if-match');
      const tag = await put(aws, bucket, { Key: 'head' });
      return [await remove(aws, bucket, 'head', OTHER_TAG), await remove(aws, bucket, 'head', tag)];
    },
    holds: [FAILED, 'accepted'],
  },
  'delete-if-match-missing': {
    fact: 'A delete with a tag of what is not there is NoSuchKey 404.',
    source: DELETE_CONDITIONS,
    run: async (aws) => remove(aws, await makeBucket(aws, 'delete-if-match-missing'), 'head', OTHER_TAG),
    holds: MISSING,
  },
});

const objects = factsOf('s3', {
  'object-read': {
    fact: 'A body comes back as it went, also when it is no ASCII.',
    source: s3Api('GetObject'),
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'read');
      await put(aws, bucket, { Key: 'a/b', Body: 'à la carte ✓' });
      return bodyOf(aws, bucket, 'a/b');
    },
    holds: 'à la carte ✓',
  },
  'object-missing': {
    fact: 'A key that is not there is NoSuchKey 404 for GET.',
    source: S3_ERRORS,
    run: async (aws) => refusalOfGet(aws, await makeBucket(aws, 'missing'), 'a'),
    holds: MISSING,
  },
  'object-missing-head': {
    fact: 'A key that is not there is NotFound 404 for HEAD.',
    source: s3Api('HeadObject'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'missing-head');
      return refusalOf(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'a' })));
    },
    holds: 'NotFound 404',
  },
  'object-no-bucket': {
    fact: 'A bucket that is not there is NoSuchBucket 404, for reading and writing.',
    source: S3_ERRORS,
    run: async (aws) => [await refusalOfGet(aws, NO_BUCKET, 'a'), await refusalOfPut(aws, NO_BUCKET, { Key: 'a' })],
    holds: ['NoSuchBucket 404', 'NoSuchBucket 404'],
  },
  'object-tag': {
    fact: 'The tag of an object is the same in the answers to PUT, GET, HEAD and in listings.',
    source: s3Api('Object'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'tag');
      const place = { Bucket, Key: 'a' };
      const tag = await put(aws, Bucket, { Key: 'a' });
      const got = await aws.s3.send(new GetObjectCommand(place));
      await got.Body?.transformToString();
      const head = await aws.s3.send(new HeadObjectCommand(place));
      const { Contents } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
      return [got.ETag, head.ETag, Contents?.[0]?.ETag].map((other) => other === tag);
    },
    holds: [true, true, true],
  },
  'object-tag-quoted': {
    fact: 'A tag stands in quotes.',
    source: s3Api('PutObject'),
    run: async (aws) => /^".+"$/.test(await put(aws, await makeBucket(aws, 'tag-quoted'), { Key: 'a' })),
    holds: true,
  },
  'object-deleted-missing': {
    fact: 'Deleting what is not there succeeds.',
    source: s3Api('DeleteObject'),
    run: async (aws) => remove(aws, await makeBucket(aws, 'deleted-missing'), 'a'),
    holds: 'accepted',
  },
  'object-replaced': {
    fact: 'A write is read at once, and so is a deletion.',
    source: docs('AmazonS3/latest/userguide/Welcome.html#ConsistencyModel'),
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'replaced');
      await put(aws, bucket, { Key: 'a', Body: 'one' });
      await put(aws, bucket, { Key: 'a', Body: 'two' });
      const read = await bodyOf(aws, bucket, 'a');
      await remove(aws, bucket, 'a');
      return [read, await refusalOfGet(aws, bucket, 'a'), await keysIn(aws, bucket)];
    },
    holds: ['two', MISSING, []],
  },
});

const listings = factsOf('s3', {
  'list-prefix': {
    fact: 'A listing is sorted by key, and narrowed by the head of the keys.',
    source: s3Api('ListObjectsV2'),
    run: async (aws) => {
      const bucket = await makeBucket(aws, 'list-prefix');
      for (const Key of ['mailbox/b', 'state/head', 'mailbox/a']) await put(aws, bucket, { Key });
      return keysIn(aws, bucket, 'mailbox/');
    },
    holds: ['mailbox/a', 'mailbox/b'],
  },
  'list-empty': {
    fact: 'An empty listing has no Contents.',
    source: s3Api('ListObjectsV2'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'list-empty');
      const { Contents, IsTruncated } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
      return [Contents, IsTruncated];
    },
    holds: [undefined, false],
  },
  'list-after': {
    fact: 'A listing starts after a key.',
    source: s3Api('ListObjectsV2'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'list-after');
      for (const Key of ['a', 'b', 'c']) await put(aws, Bucket, { Key });
      const { Contents } = await aws.s3.send(new ListObjectsV2Command({ Bucket, StartAfter: 'a' }));
      return Contents?.map(({ Key }) => Key);
    },
    holds: ['b', 'c'],
  },
  'list-pages': {
    fact: 'A listing comes in pages by a token.',
    source: s3Api('ListObjectsV2'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'list-pages');
      for (const Key of ['a', 'b', 'c']) await put(aws, Bucket, { Key });
      const first = await aws.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2 }));
      const asked = { Bucket, MaxKeys: 2, ContinuationToken: first.NextContinuationToken };
      const second = await aws.s3.send(new ListObjectsV2Command(asked));
      const keys = [...(first.Contents ?? []), ...(second.Contents ?? [])].map(({ Key }) => Key);
      return [first.IsTruncated, second.IsTruncated, second.NextContinuationToken, keys];
    },
    holds: [true, false, undefined, ['a', 'b', 'c']],
  },
  'list-no-bucket': {
    fact: 'A listing of a bucket that is not there is NoSuchBucket 404.',
    source: S3_ERRORS,
    run: ({ s3 }) => refusalOf(s3.send(new ListObjectsV2Command({ Bucket: NO_BUCKET }))),
    holds: 'NoSuchBucket 404',
  },
});

const versions = factsOf('s3', {
  'version-kept': {
    fact: 'With versions, a write keeps what was there; the newest is listed first.',
    source: s3Api('ListObjectVersions'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'version-kept');
      await put(aws, Bucket, { Key: 'a', Body: 'one' });
      await put(aws, Bucket, { Key: 'a', Body: 'three' });
      const { Versions } = await aws.s3.send(new ListObjectVersionsCommand({ Bucket }));
      return Versions?.map(({ Key, Size, IsLatest }) => [Key, Size, IsLatest]);
    },
    holds: [
      ['a', 5, true],
      ['a', 3, false],
    ],
  },
  'version-marker': {
    fact: 'With versions, a delete puts a marker on top: GET is 404, and nothing is removed.',
    source: docs('AmazonS3/latest/userguide/DeletingObjectVersions.html'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'version-marker');
      await put(aws, Bucket, { Key: 'a' });
      await remove(aws, Bucket, 'a');
      const { Versions, DeleteMarkers } = await aws.s3.send(new ListObjectVersionsCommand({ Bucket }));
      return [await refusalOfGet(aws, Bucket, 'a'), Versions?.length, DeleteMarkers?.map(({ IsLatest }) => IsLatest)];
    },
    holds: [MISSING, 1, [true]],
  },
  'version-restored': {
    fact: 'Deleting the marker by its id brings the object back.',
    source: docs('AmazonS3/latest/userguide/RestoringPreviousVersions.html'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'version-restored');
      await put(aws, Bucket, { Key: 'a', Body: 'one' });
      await remove(aws, Bucket, 'a');
      const { DeleteMarkers } = await aws.s3.send(new ListObjectVersionsCommand({ Bucket }));
      const VersionId = DeleteMarkers?.[0]?.VersionId;
      await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }));
      return bodyOf(aws, Bucket, 'a');
    },
    holds: 'one',
  },
  'version-null': {
    fact: 'Without versions there is one, named "null".',
    source: docs('AmazonS3/latest/userguide/Versioning.html'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'version-null');
      await put(aws, Bucket, { Key: 'a' });
      await put(aws, Bucket, { Key: 'a' });
      return (await versionsIn(aws, Bucket)).map(({ Key, VersionId }) => [Key, VersionId]);
    },
    holds: [['a', 'null']],
  },
  'version-removed': {
    fact: 'Versions and markers are removed by DeleteObjects, which says nothing when quiet.',
    source: s3Api('DeleteObjects'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'version-removed');
      await put(aws, Bucket, { Key: 'a' });
      await remove(aws, Bucket, 'a');
      const Objects = await versionsIn(aws, Bucket);
      const Delete = { Objects, Quiet: true };
      const { Deleted, Errors } = await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
      return { removed: Objects.length, told: Deleted?.length, Errors, left: await versionsIn(aws, Bucket) };
    },
    holds: { removed: 2, told: undefined, Errors: undefined, left: [] },
  },
  'version-removed-missing': {
    fact: 'DeleteObjects reports what is not there as deleted.',
    source: s3Api('DeleteObjects'),
    run: async (aws) => {
      const Bucket = await makeBucket(aws, 'removed-missing');
      const Delete = { Objects: [{ Key: 'nothing' }] };
      const { Deleted, Errors } = await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
      return [Deleted?.map(({ Key }) => Key), Errors];
    },
    holds: [['nothing'], undefined],
  },
  'version-prefix': {
    fact: 'The versions of a part of the bucket are listed by the head of their keys.',
    source: s3Api('ListObjectVersions'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'version-prefix');
      await put(aws, Bucket, { Key: 'mailbox/a/hello' });
      await put(aws, Bucket, { Key: 'mailbox/b/hello' });
      const { Versions } = await aws.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'mailbox/a/' }));
      return Versions?.map(({ Key }) => Key);
    },
    holds: ['mailbox/a/hello'],
  },
  'version-pages': {
    fact: 'Versions come in pages, each of which tells where the next begins.',
    source: s3Api('ListObjectVersions'),
    run: async (aws) => {
      const Bucket = await makeVersionedBucket(aws, 'version-pages');
      for (const Body of ['1', '22', '333']) await put(aws, Bucket, { Key: 'a', Body });
      const first = await aws.s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = first;
      const asked = { Bucket, MaxKeys: 2, KeyMarker, VersionIdMarker };
      const second = await aws.s3.send(new ListObjectVersionsCommand(asked));
      const sizes = [...(first.Versions ?? []), ...(second.Versions ?? [])].map(({ Size }) => Size);
      return [first.IsTruncated, second.IsTruncated, sizes];
    },
    holds: [true, false, [3, 2, 1]],
  },
  'version-missing': {
    fact: 'A version that is not there is NoSuchVersion 404.',
    source: S3_ERRORS,
    run: async (aws) => {
      const bucket = await makeVersionedBucket(aws, 'version-missing');
      await put(aws, bucket, { Key: 'a' });
      return refusalOfGet(aws, bucket, 'a', 'F5Qw3Ic6Qv2kUO7l6pMGDzlkUYQnYK0d');
    },
    holds: 'NoSuchVersion 404',
  },
});

export const objectFacts = [...conditions, ...objects, ...listings, ...versions];
