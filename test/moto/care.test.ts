import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { awsModule } from '#providers/aws/aws-module.ts';
import { sdkClients } from '#providers/aws/sdk-clients.ts';
import type { MachineCare } from '#provider/machine-care.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemRandom } from '#std/system-random.ts';
import { ACTED } from '../support/acted-machines.ts';
import { DEBIAN_IMAGES } from './moto-images.ts';
import { type MotoServer, startMoto } from './moto-server.ts';

const REGION = 'eu-west-3';
const UID = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const FOREVER = new AbortController().signal;
const HELLO = {
  format: 1,
  keys: { sshHost: 'ssh-ed25519 AAAAHost', overlay: 'key' },
  requests: {},
};

let moto: MotoServer;
let ec2: EC2Client;
let care: MachineCare;
let id = '';

beforeAll(async () => {
  moto = await startMoto();
  // The SDK looks for credentials in the environment of the process itself.
  for (const [name, value] of Object.entries(moto.environment)) vi.stubEnv(name, value);
  const module = awsModule({ name: 'aws', ...ACTED, machines: 'real', servicesOf: (region) => sdkClients(region) });
  const connection = module.connect({ region: REGION, clock: new SystemClock(), random: new SystemRandom() });
  if (connection.care === undefined) throw new TypeError('Nobody cares for these machines.');
  care = connection.care;
  ec2 = new EC2Client(moto.clientConfig);
  const Tags = [{ Key: 'bootstrap:cluster', Value: UID }];
  const launch = new RunInstancesCommand({
    ImageId: DEBIAN_IMAGES[0]?.ami_id,
    InstanceType: 't3.large',
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance', Tags }],
  });
  const { Instances = [] } = await ec2.send(launch);
  id = Instances[0]?.InstanceId ?? '';
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await moto[Symbol.asyncDispose]();
});

async function stateOf(): Promise<string | undefined> {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

test('a machine is switched off and on over the wire, each as often as one likes', async () => {
  expect(await care.powerOf(id)).toBe('on');
  for (let time = 0; time < 2; time += 1) await care.stop(id, FOREVER);
  expect([await stateOf(), await care.powerOf(id)]).toEqual(['stopped', 'off']);
  await expect(care.shellOf(id, FOREVER)).rejects.toMatchObject({ code: 'machine.off' });
  for (let time = 0; time < 2; time += 1) await care.start(id, FOREVER);
  expect([await stateOf(), await care.powerOf(id)]).toEqual(['running', 'on']);
  expect(await care.powerOf('i-0123456789abcdef0')).toBe('gone');
});

test('its console is read over the wire', async () => {
  const console = await care.consoleOf(id);
  if (!('recent' in console)) throw new TypeError('It is a file.');
  expect(await console.recent(FOREVER)).toMatch(/Linux version/);
});

test('the way in has the host key of the hello that lies under the whole name of the machine', async () => {
  await expect(care.shellOf(id, FOREVER)).rejects.toMatchObject({ code: 'machine.silent' });
  const s3 = new S3Client(moto.clientConfig);
  const [Bucket, box] = [`bootstrap-${UID}`, `arn:aws:ec2:${REGION}:123456789012:instance/${id}`];
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  await s3.send(new CreateBucketCommand({ Bucket, ...place }));
  const Body = JSON.stringify({ ...HELLO, box: id });
  await s3.send(new PutObjectCommand({ Bucket, Key: `mailbox/${box}/hello`, Body }));
  expect(await care.shellOf(id, FOREVER)).toMatchObject({ user: 'root', hostKeys: ['ssh-ed25519 AAAAHost'] });
});
