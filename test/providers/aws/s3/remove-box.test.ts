import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucketNameOf } from '#providers/aws/s3/bucket.ts';
import { removeBox } from '#providers/aws/s3/remove-box.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { prefixOf, UID } from '../support/declared-cluster.ts';

const Bucket = bucketNameOf(UID);

/** Every version and every marker, by key. */
async function versionsIn(stand: CloudStand): Promise<readonly string[]> {
  const page = await stand.run(stand.services.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'mailbox/' })));
  const { Versions = [], DeleteMarkers = [] } = page;
  return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key);
}

test('a box is cleared of its letters and of what they said before, and no other box is touched', async () => {
  const stand = await CloudStand.open();
  await stand.apply({ machines: [] });
  const { s3 } = stand.services;
  for (const box of ['i-1', 'i-10', 'i-2']) {
    for (const letter of ['hello', 'welcome', 'settled-x']) {
      await stand.run(s3.send(new PutObjectCommand({ Bucket, Key: `${prefixOf(box)}${letter}`, Body: letter })));
    }
    await stand.run(s3.send(new DeleteObjectCommand({ Bucket, Key: `${prefixOf(box)}welcome` })));
  }
  await stand.run(removeBox(stand.session, stand.context(), 'i-1'));
  const left = ['i-10', 'i-2'].flatMap((box) =>
    ['hello', 'settled-x', 'welcome', 'welcome'].map((letter) => `${prefixOf(box)}${letter}`),
  );
  expect((await versionsIn(stand)).toSorted()).toEqual(left);
});

test('an empty box is left alone, and so is one whose bucket is gone', async () => {
  const stand = await CloudStand.open();
  await stand.run(removeBox(stand.session, stand.context(), 'i-0'));
  expect(stand.changes).toEqual([]);
  await stand.apply({ machines: [] });
  expect(await stand.changesDuring(() => stand.run(removeBox(stand.session, stand.context(), 'i-0')))).toEqual([]);
});
