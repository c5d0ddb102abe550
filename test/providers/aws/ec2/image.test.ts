import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { image } from '#providers/aws/ec2/image.ts';
import { CloudStand } from '../support/cloud-stand.ts';

interface Wanted {
  readonly architecture?: 'amd64' | 'arm64';
  readonly id?: string;
}

const declaring =
  ({ architecture = 'amd64', id }: Wanted = {}) =>
  (builder: BlueprintBuilder): void => {
    const inputs = { system: 'debian-13', architecture, ...(id === undefined ? {} : { id }) };
    builder.declare(image, 'eu-west-3.image.amd64', inputs);
  };

async function imageNamed(stand: CloudStand, name: string): Promise<Image & { readonly id: string }> {
  const Filters = [{ Name: 'name', Values: [name] }];
  const { Images = [] } = await stand.run(stand.services.ec2.send(new DescribeImagesCommand({ Filters })));
  const [found] = Images;
  if (found?.ImageId === undefined) throw new RangeError(`There is no image ${name}.`);
  return { ...found, id: found.ImageId };
}

test('the newest image of the system is chosen and stays chosen', async () => {
  const stand = await CloudStand.open();
  expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
  expect(stand.changes).toEqual([]);
  expect(await stand.plan(declaring())).toEqual([]);
});

test('an image that is named is taken, whoever has made it, and named anew it is another', async () => {
  const stand = await CloudStand.open();
  const own = await imageNamed(stand, 'own-debian-13-amd64');
  const published = await imageNamed(stand, 'debian-12-amd64-20260302-1764');
  expect(await stand.apply(declaring({ id: own.id }))).toMatchObject({ failed: [] });
  expect(await stand.plan(declaring({ id: own.id }))).toEqual([]);
  expect(await stand.plan(declaring({ id: published.id }))).toEqual(['replace eu-west-3.image.amd64: id changed']);
  expect(await stand.apply(declaring({ id: published.id }))).toMatchObject({ failed: [] });
  expect(await stand.plan(declaring())).toEqual(['replace eu-west-3.image.amd64: id changed']);
});

test.each([
  ['own-debian-13-arm64', 'is made for arm64, and the machines are to be amd64 (x86_64).'],
  ['own-being-made', 'cannot be used now: it is pending.'],
  ['own-without-disk', 'does not start from an EBS disk, which is the only kind that is encrypted here.'],
])('the image %s is refused: it %s', async (name, words) => {
  const stand = await CloudStand.open();
  const { id } = await imageNamed(stand, name);
  const { failed } = await stand.apply(declaring({ id }));
  expect(failed.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([`call.rejected: The image ${id} ${words}`]);
});

test.each(['ami-00000000000000000', 'ami-0123'])('the image %s is not there, and that is said', async (id) => {
  const stand = await CloudStand.open();
  const { failed } = await stand.apply(declaring({ id }));
  expect(failed.map(({ detail }) => detail)).toEqual([
    `There is no image ${id} in eu-west-3 that this account may use.`,
  ]);
});
