import { DescribeImagesCommand, DescribeVpcsCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { startMoto } from './moto-server.ts';

test('two emulators are two accounts, and one that starts anew has forgotten everything', async () => {
  await using first = await startMoto();
  await using second = await startMoto();
  const [here, there] = [new EC2Client(first.clientConfig), new EC2Client(second.clientConfig)];
  await here.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const vpcsAt = async (client: EC2Client) => (await client.send(new DescribeVpcsCommand())).Vpcs?.length;
  expect([await vpcsAt(here), await vpcsAt(there)]).toEqual([2, 1]);
  await first.reset();
  expect(await vpcsAt(here)).toBe(1);
});

test('the images are those of Debian, found by owner and name', async () => {
  await using moto = await startMoto();
  const command = new DescribeImagesCommand({
    Owners: ['136693071363'],
    Filters: [
      { Name: 'name', Values: ['debian-13-arm64-*'] },
      { Name: 'architecture', Values: ['arm64'] },
    ],
  });
  const { Images = [] } = await new EC2Client(moto.clientConfig).send(command);
  expect(Images.map(({ Name }) => Name)).toEqual(['debian-13-arm64-20260301-2256', 'debian-13-arm64-20260601-2256']);
});

test('an emulator that is not needed any more is gone', async () => {
  const moto = await startMoto();
  await new STSClient(moto.clientConfig).send(new GetCallerIdentityCommand());
  await moto[Symbol.asyncDispose]();
  await expect(fetch(moto.endpoint)).rejects.toThrow('fetch failed');
});
