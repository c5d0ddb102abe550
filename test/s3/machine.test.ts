import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, expect, test } from 'vitest';
import { BucketMachine } from './bucket-machine.ts';
import { startRadosgw } from '../ceph/radosgw.ts';
import { startMoto } from '../moto/moto-server.ts';
import { keysOf, MachineGround, makeBucket, OF_A_MACHINE } from './machine-ground.ts';
import { describeMachine } from './machine-suite.ts';

const gateway = await startRadosgw('forky');
const moto = await startMoto();
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

await makeBucket(gateway.clientConfig);
const role = await gateway.makeRole('bootstrap-node', OF_A_MACHINE);
const atRadosgw = new MachineGround(gateway.clientConfig, keysOf(gateway.clientConfig, role));
describeMachine(`radosgw ${gateway.version}`, atRadosgw, 'before');
describeMachine('moto', await strictMoto(), 'after');

test('a machine whose keys end early goes on with others', async () => {
  await using machine = await BucketMachine.open(atRadosgw);
  const { stand, imds, box } = machine;
  imds.keys = async () => ({ ...(await atRadosgw.keysFor(1)), Expiration: '2999-01-01T00:00:00Z' });
  await stand.boot();
  expect(await machine.runs({ stages: ['network', 'linger', 'packages', 'use'] })).toBe(0);
  expect(await stand.lines('node.log')).toContain('stage-02-linger: answer 403, trying again');
  expect(await atRadosgw.list(box)).toContain('stage-04-use');
});

/** It checks every signature and every right, by the users and roles that it knows. */
async function strictMoto(): Promise<MachineGround> {
  const { clientConfig, endpoint } = moto;
  await makeBucket(clientConfig, 'eu-west-3');
  const iam = new IAMClient(clientConfig);
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };
  const node = { RoleName: 'bootstrap-node', AssumeRolePolicyDocument: JSON.stringify(trust) };
  const { Role } = await iam.send(new CreateRoleCommand(node));
  const policy = { PolicyName: 'own', PolicyDocument: JSON.stringify(OF_A_MACHINE) };
  await iam.send(new PutRolePolicyCommand({ ...policy, RoleName: 'bootstrap-node' }));
  await iam.send(new CreateUserCommand({ UserName: 'operator' }));
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const may = { UserName: 'operator', PolicyName: 'all', PolicyDocument: JSON.stringify(all) };
  await iam.send(new PutUserPolicyCommand(may));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'operator' }));
  // Once it is strict, it gives none any more; but these never end.
  const keys = await keysOf(clientConfig, Role?.Arn ?? '')(900);
  const answer = await fetch(`${endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  expect(answer.ok).toBe(true);
  const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  const distant = { ...keys, Expiration: '2999-01-01T00:00:00Z' };
  return new MachineGround({ ...clientConfig, credentials }, () => Promise.resolve(distant));
}
