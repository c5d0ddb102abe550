import { DeleteVpcCommand, DescribeVpcAttributeCommand, ModifyVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Call } from '#engine/resource.ts';
import { CloudStand } from './support/cloud-stand.ts';

const VpcId = 'vpc-0123456789abcdef0';

/** A stand, and a context that sends each request once and tells under which budget. */
async function start() {
  const stand = await CloudStand.open();
  const calls: Call[] = [];
  const once = <Answer>(call: Call, request: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> => {
    calls.push(call);
    return request(new AbortController().signal);
  };
  return { stand, calls, ec2: stand.session.ec2, context: { read: once, mutate: once } };
}

test('what a request needs and does not find is not visible yet', async () => {
  const { stand, ec2, context } = await start();
  const command = new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } });
  await expect(stand.run(ec2.mutate(context, 'name machines', command))).rejects.toMatchObject({ outcome: 'not-yet' });
});

test('what a request ends and does not find is gone', async () => {
  const { stand, ec2, context } = await start();
  const removal = ec2.remove(context, 'delete the network', new DeleteVpcCommand({ VpcId }));
  await expect(stand.run(removal)).rejects.toMatchObject({ outcome: 'rejected', reason: 'absent' });
});

test('what a question does not find is absent, for whoever asks to judge', async () => {
  const { stand, ec2, context } = await start();
  const command = new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsSupport' });
  await expect(stand.run(ec2.read(context, 'look', command))).rejects.toMatchObject({ reason: 'absent' });
});

test('every request tells what it is for and by which budget it is sent', async () => {
  const { stand, calls, ec2, context } = await start();
  const removal = ec2.remove(context, 'delete the network', new DeleteVpcCommand({ VpcId }));
  await expect(stand.run(removal)).rejects.toThrow('InvalidVpcID.NotFound');
  expect(calls).toEqual([{ budget: 'ec2.write', purpose: 'delete the network' }]);
});
