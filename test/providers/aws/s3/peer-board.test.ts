import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { boardIn } from '#host/board-text.ts';
import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import { bucketNameOf } from '#providers/aws/s3/bucket.ts';
import { BucketBoard } from '#providers/aws/s3/peer-board.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { peer } from '../../../host/support/peers.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, UID } from '../support/declared-cluster.ts';

const Bucket = bucketNameOf(UID);
const BAD_WEATHER = {
  ...CALM_WEATHER,
  conflict: 0.3,
  throttle: 0.1,
  errorBefore: 0.2,
  errorAfter: 0.2,
  versionsUnseen: 0.5,
  lagMs: 30_000,
};

test('what one program publishes, another one finds, until it is withdrawn', async () => {
  const { stand, one, two } = await openBoards();
  expect(await stand.run(one.find(stand.context(), 'worker-1'))).toBeUndefined();
  await stand.run(one.publish(stand.context(), peer(1)));
  expect(await stand.run(two.find(stand.context(), 'worker-1'))).toEqual(peer(1));
  await stand.run(two.withdraw(stand.context(), peer(1)));
  expect(await stand.run(one.find(stand.context(), 'worker-1'))).toBeUndefined();
});

test('two programs that write at once both get their peers in, and one of them an address', async () => {
  const { stand, one, two } = await openBoards();
  const numbers = [1, 2, 3, 4, 5];
  await stand.run(
    Promise.all(
      numbers.flatMap((number) => [
        one.publish(stand.context(), peer(number)),
        two.publish(stand.context(), peer(number + 10)),
      ]),
    ),
  );
  const twins = await stand.run(
    Promise.allSettled([
      one.publish(stand.context(), peer(20)),
      two.publish(stand.context(), peer(21, { overlayAddress: peer(20).overlayAddress })),
    ]),
  );
  expect(twins.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const { Body } = await stand.run(stand.services.s3.send(new GetObjectCommand({ Bucket, Key: 'peers.json' })));
  const peers = boardIn((await Body?.transformToString()) ?? '').peers.map(({ node }) => node);
  expect(peers).toHaveLength(11);
  expect(peers).toEqual(
    expect.arrayContaining([...numbers, ...numbers.map((each) => each + 10)].map((each) => peer(each).node)),
  );
});

test('three hundred nodes are one write, and one look', async () => {
  const { stand, one } = await openBoards();
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const changes = await stand.changesDuring(() =>
    stand.run(Promise.all(numbers.map((number) => one.publish(stand.context(), peer(number))))),
  );
  expect(changes).toEqual(['s3.PutObject']);
  let asked = 0;
  const context = stand.context();
  const counting: typeof context = {
    ...context,
    read: (call, request) => {
      asked += 1;
      return context.read(call, request);
    },
  };
  const found = await stand.run(Promise.all(numbers.map((number) => one.find(counting, peer(number).node))));
  expect(found).toEqual(numbers.map((number) => peer(number)));
  expect(asked).toBe(1);
});

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'in bad weather everything is settled by looking (seed %i)',
  async (seed) => {
    const { stand, one, two } = await openBoards(BAD_WEATHER, seed);
    const said = [1, 2, 3, 4, 5, 6].map((number) => {
      const board = number % 2 === 0 ? one : two;
      return board.publish(stand.context(), peer(number));
    });
    await stand.run(Promise.all(said));
    await stand.run(Promise.all([1, 2].map((number) => one.withdraw(stand.context(), peer(number)))));
    const found = await stand.run(
      Promise.all([1, 2, 3, 4, 5, 6].map((number) => two.find(stand.context(), peer(number).node))),
    );
    expect(found).toEqual([undefined, undefined, peer(3), peer(4), peer(5), peer(6)]);
  },
);

test('where the bucket is gone, nobody is a peer, and withdrawing is done', async () => {
  const { stand, one } = await openBoards();
  await stand.run(stand.services.s3.send(new DeleteBucketCommand({ Bucket })));
  expect(await stand.run(one.find(stand.context(), 'worker-1'))).toBeUndefined();
  await stand.run(one.withdraw(stand.context(), peer(1)));
});

async function openBoards(weather: Weather = CALM_WEATHER, seed = 1) {
  const stand = await CloudStand.open({ weather, seed });
  const { s3 } = stand.services;
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  const versions = { VersioningConfiguration: { Status: 'Enabled' } } as const;
  await surely(() => stand.run(s3.send(new CreateBucketCommand({ Bucket, ...place }))));
  await surely(() => stand.run(s3.send(new PutBucketVersioningCommand({ Bucket, ...versions }))));
  const open = () => new SharedPeerBoard(new BucketBoard(stand.session.s3, stand.clock), stand.clock);
  return { stand, one: open(), two: open() };
}

/** Whatever the weather. */
async function surely(send: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const done = await send().then(
      () => true,
      (error: unknown) => error instanceof Error && error.name === 'BucketAlreadyOwnedByYou',
    );
    if (done) return;
  }
  throw new Error('The weather is too bad.');
}
