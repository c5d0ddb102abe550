import { expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { bucketNameOf } from '#providers/aws/s3/bucket.ts';
import { BucketMailbox } from '#providers/aws/s3/bucket-mailbox.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { CreateBucketCommand, DeleteBucketCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { CloudStand } from '../support/cloud-stand.ts';
import { prefixOf, REGION, UID } from '../support/declared-cluster.ts';

const BOX = 'i-0123456789abcdef0';

test('a letter is left once, read by whoever knows its name, and taken out', async () => {
  const { stand, mailbox, context } = await openMailbox();
  await stand.run(mailbox.write(context, BOX, { name: 'welcome', body: 'who you are: ß' }));
  expect(await stand.run(mailbox.read(context, BOX, 'welcome'))).toBe('who you are: ß');
  expect(await stand.run(mailbox.look(context, BOX))).toEqual({ letters: ['welcome'], machine: 'there' });
  await stand.run(mailbox.remove(context, BOX, ['welcome', 'never-there']));
  expect(await stand.run(mailbox.read(context, BOX, 'welcome'))).toBeUndefined();
  expect(await stand.run(mailbox.look(context, BOX))).toEqual({ letters: [], machine: 'there' });
});

test('a letter that is there is not written over', async () => {
  const { stand, mailbox, context } = await openMailbox();
  await stand.run(mailbox.write(context, BOX, { name: 'welcome', body: 'first' }));
  const again = stand.run(mailbox.write(context, BOX, { name: 'welcome', body: 'second' }));
  await expect(again).rejects.toMatchObject({ name: 'CallError', outcome: 'rejected', reason: 'exists' });
  await expect(again).rejects.toBeInstanceOf(CallError);
  expect(await stand.run(mailbox.read(context, BOX, 'welcome'))).toBe('first');
});

test('every box has its own letters, also when one name begins like another', async () => {
  const { stand, mailbox, context } = await openMailbox({ ...CALM_WEATHER, pageSizeOne: 1 });
  const boxes = ['i-1', 'i-10', 'i-2'];
  for (const box of boxes) await stand.run(mailbox.write(context, box, { name: `for-${box}`, body: '' }));
  for (const box of boxes) {
    expect(await stand.run(mailbox.look(context, box))).toMatchObject({ letters: [`for-${box}`] });
  }
});

test('a letter lies under the whole name of its machine, and what lies deeper or beside is none', async () => {
  const { stand, mailbox, context } = await openMailbox();
  const put = (Key: string) =>
    stand.services.s3.send(new PutObjectCommand({ Bucket: bucketNameOf(UID), Key, Body: '{}' }));
  await stand.run(mailbox.write(context, BOX, { name: 'welcome', body: '' }));
  await stand.run(put(`${prefixOf(BOX)}hello`));
  await stand.run(put(`${prefixOf(BOX)}settled-x/hello`));
  await stand.run(put(`mailbox/${BOX}/failed`));
  await stand.run(put(prefixOf(BOX).replace(REGION, 'eu-west-1') + 'failed'));
  expect(await stand.run(mailbox.look(context, BOX))).toMatchObject({ letters: ['hello', 'welcome'] });
  const there = await stand.run(
    stand.services.s3.send(new ListObjectsV2Command({ Bucket: bucketNameOf(UID), Prefix: prefixOf(BOX) })),
  );
  expect(there.Contents?.map(({ Key }) => Key)).toContain(`${prefixOf(BOX)}welcome`);
});

test('all who look at the same time are told by one listing', async () => {
  const { stand, mailbox, context, listings } = await openMailbox();
  const boxes = Array.from({ length: 40 }, (_, index) => `i-${index}`);
  for (const box of boxes) await stand.run(mailbox.write(context, box, { name: 'welcome', body: '' }));
  const seen = await stand.run(Promise.all(boxes.map((box) => mailbox.look(context, box))));
  expect(seen.map(({ letters }) => letters)).toEqual(boxes.map(() => ['welcome']));
  expect(listings()).toBe(1);
});

test('a box is told with whether its machine is still there', async () => {
  const { stand, mailbox, context } = await openMailbox();
  expect(await stand.run(mailbox.look(context, 'gone-0'))).toEqual({ letters: [], machine: 'gone' });
});

test('where the bucket is gone, nobody has left anything', async () => {
  const { stand, mailbox, context } = await openMailbox();
  await stand.run(stand.services.s3.send(new DeleteBucketCommand({ Bucket: bucketNameOf(UID) })));
  expect(await stand.run(mailbox.look(context, BOX))).toEqual({ letters: [], machine: 'there' });
});

async function openMailbox(weather = CALM_WEATHER) {
  const stand = await CloudStand.open({ weather });
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  await stand.run(stand.services.s3.send(new CreateBucketCommand({ Bucket: bucketNameOf(UID), ...place })));
  const machineOf = async (_context: unknown, box: string) => (box.startsWith('gone') ? 'gone' : 'there');
  const mailbox = new BucketMailbox({ ...stand.session, machineOf });
  let asked = 0;
  const context = stand.context();
  const counting: typeof context = {
    ...context,
    read: (call, request) => {
      if (call.budget === 's3.ListObjectsV2') asked += 1;
      return context.read(call, request);
    },
  };
  return { stand, mailbox, context: counting, listings: () => asked };
}
