import {
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { NOWHERE, running } from '../ec2/scenery.ts';
import { factsOf } from '../fact.ts';
import type { Judge } from '../judge.ts';
import { refusalOf } from '../refusal.ts';
import { docs, elbApi } from '../sources.ts';
import { type Elb, NO_GROUP, makeOutside, groupRequest, makeTargetGroup, serve, nowhere } from './scenery.ts';

async function healthIn({ elb }: Elb, TargetGroupArn: string) {
  const answer = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  return answer.TargetHealthDescriptions ?? [];
}

async function register(aws: Elb, judge: Judge): Promise<{ readonly groupArn: string; readonly machine: string }> {
  const { groupArn, subnetId } = await serve(aws);
  const machine = await running(aws, judge, subnetId);
  const Targets = [{ Id: machine, Port: 6_443 }];
  await aws.elb.send(new RegisterTargetsCommand({ TargetGroupArn: groupArn, Targets }));
  return { groupArn, machine };
}

export const targetFacts = factsOf('elb', {
  'group-made': {
    fact: 'A target group has its port, its network and its check.',
    source: elbApi('TargetGroup'),
    run: async (aws) => {
      const { vpcId } = await makeOutside(aws);
      await makeTargetGroup(aws, vpcId);
      const { TargetGroups } = await aws.elb.send(new DescribeTargetGroupsCommand({ Names: ['blog-api'] }));
      const [group] = TargetGroups ?? [];
      const { HealthCheckIntervalSeconds, HealthyThresholdCount, UnhealthyThresholdCount } = group ?? {};
      const check = [HealthCheckIntervalSeconds, HealthyThresholdCount, UnhealthyThresholdCount];
      return [group?.Port, group?.Protocol, group?.VpcId === vpcId, check];
    },
    holds: [6_443, 'TCP', true, [10, 2, 2]],
  },
  'group-again': {
    fact: 'The same request again is answered with the target group that is there.',
    source: elbApi('CreateTargetGroup'),
    run: async (aws) => {
      const { vpcId } = await makeOutside(aws);
      return (await makeTargetGroup(aws, vpcId)) === (await makeTargetGroup(aws, vpcId));
    },
    holds: true,
  },
  'group-duplicate': {
    fact: 'A name that is taken, with other settings, is DuplicateTargetGroupName.',
    source: elbApi('CreateTargetGroup'),
    run: async (aws) => {
      const { vpcId } = await makeOutside(aws);
      await makeTargetGroup(aws, vpcId);
      return refusalOf(aws.elb.send(groupRequest(vpcId, { Port: 443 })));
    },
    holds: 'DuplicateTargetGroupNameException 400',
  },
  'group-missing': {
    fact: 'A name that is not there is TargetGroupNotFound.',
    source: elbApi('DescribeTargetGroups'),
    run: ({ elb }) => refusalOf(elb.send(new DescribeTargetGroupsCommand({ Names: ['nobody'] }))),
    holds: NO_GROUP,
  },
  'group-check': {
    fact: 'The check of a target group is changed.',
    source: elbApi('ModifyTargetGroup'),
    run: async (aws) => {
      const TargetGroupArn = await makeTargetGroup(aws, (await makeOutside(aws)).vpcId);
      await aws.elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckIntervalSeconds: 20 }));
      const { TargetGroups } = await aws.elb.send(new DescribeTargetGroupsCommand({ Names: ['blog-api'] }));
      return TargetGroups?.[0]?.HealthCheckIntervalSeconds;
    },
    holds: 20,
  },
  'group-attributes': {
    fact: 'A new target group drains for 300 seconds and keeps the address of who asks; both are set.',
    source: docs('elasticloadbalancing/latest/network/edit-target-group-attributes.html'),
    run: async (aws) => {
      const TargetGroupArn = await makeTargetGroup(aws, (await makeOutside(aws)).vpcId);
      const read = async () => {
        const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn });
        const { Attributes = [] } = await aws.elb.send(command);
        const valueOf = (key: string) => Attributes.find(({ Key }) => Key === key)?.Value;
        return [valueOf('deregistration_delay.timeout_seconds'), valueOf('preserve_client_ip.enabled')];
      };
      const before = await read();
      const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }];
      await aws.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
      return { before, after: await read() };
    },
    holds: { before: ['300', 'true'], after: ['30', 'true'] },
  },
  'group-in-use': {
    fact: 'A target group that a listener leads to is ResourceInUse.',
    source: elbApi('DeleteTargetGroup'),
    run: async (aws) => {
      const { groupArn: TargetGroupArn } = await serve(aws);
      return refusalOf(aws.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })));
    },
    holds: 'ResourceInUseException 400',
  },
  'group-deleted': {
    fact: 'A target group without a listener is deleted, and then not found.',
    source: elbApi('DeleteTargetGroup'),
    run: async (aws) => {
      const TargetGroupArn = await makeTargetGroup(aws, (await makeOutside(aws)).vpcId);
      const removed = await refusalOf(aws.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })));
      const looked = await refusalOf(aws.elb.send(new DescribeTargetGroupsCommand({ Names: ['blog-api'] })));
      return [removed, looked];
    },
    holds: ['accepted', NO_GROUP],
  },
  'target-registered': {
    fact: 'A registered machine is listed with its port and a state of health; again, it is listed once.',
    source: elbApi('DescribeTargetHealth'),
    run: async (aws, judge) => {
      const { groupArn: TargetGroupArn, machine } = await register(aws, judge);
      const Targets = [{ Id: machine, Port: 6_443 }];
      await aws.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
      const seen = await healthIn(aws, TargetGroupArn);
      return seen.map(({ Target, TargetHealth }) => [Target?.Id === machine, Target?.Port, typeof TargetHealth?.State]);
    },
    holds: [[true, 6_443, 'string']],
  },
  'target-missing-machine': {
    fact: 'A machine that is not there is InvalidTarget.',
    source: elbApi('RegisterTargets'),
    run: async (aws) => {
      const { groupArn: TargetGroupArn } = await serve(aws);
      const Targets = [{ Id: `i-${NOWHERE}`, Port: 6_443 }];
      return refusalOf(aws.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets })));
    },
    holds: 'InvalidTargetException 400',
  },
  'target-missing-group': {
    fact: 'A target of a group that is not there is TargetGroupNotFound.',
    source: elbApi('RegisterTargets'),
    run: ({ elb }) => {
      const Targets = [{ Id: `i-${NOWHERE}`, Port: 6_443 }];
      return refusalOf(elb.send(new RegisterTargetsCommand({ TargetGroupArn: nowhere('targetgroup/x'), Targets })));
    },
    holds: NO_GROUP,
  },
  'target-taken': {
    fact: 'A machine is taken out, and taking it out again succeeds.',
    source: elbApi('DeregisterTargets'),
    run: async (aws, judge) => {
      const { groupArn: TargetGroupArn, machine } = await register(aws, judge);
      const Targets = [{ Id: machine, Port: 6_443 }];
      const take = () => refusalOf(aws.elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets })));
      const taken = [await take(), await take()];
      await judge.pass(600_000);
      return [...taken, await healthIn(aws, TargetGroupArn)];
    },
    holds: ['accepted', 'accepted', []],
  },
});
