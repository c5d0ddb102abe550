import {
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { elbApi } from '../sources.ts';
import {
  NO_BALANCER,
  NO_GROUP,
  NO_LISTENER,
  makeOutside,
  makeBalancer,
  makeTargetGroup,
  listenerRequest,
  serve,
  nowhere,
} from './scenery.ts';

export const listenerFacts = factsOf('elb', {
  'listener-made': {
    fact: 'A listener leads a port to a target group.',
    source: elbApi('CreateListener'),
    run: async (aws) => {
      const { balancerArn: LoadBalancerArn, groupArn, listenerArn } = await serve(aws);
      const { Listeners } = await aws.elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
      return Listeners?.map(({ ListenerArn, Port, Protocol, DefaultActions }) => [
        ListenerArn === listenerArn,
        Port,
        Protocol,
        DefaultActions?.map(({ Type, TargetGroupArn }) => [Type, TargetGroupArn === groupArn]),
      ]);
    },
    holds: [[true, 6_443, 'TCP', [['forward', true]]]],
  },
  'listener-duplicate': {
    fact: 'A port that leads to another group already is DuplicateListener.',
    source: elbApi('CreateListener'),
    run: async (aws) => {
      const { balancerArn, vpcId } = await serve(aws);
      return refusalOf(aws.elb.send(listenerRequest(balancerArn, await makeTargetGroup(aws, vpcId, 'other'))));
    },
    holds: 'DuplicateListenerException 400',
  },
  'listener-missing-balancer': {
    fact: 'A listener of a load balancer that is not there is LoadBalancerNotFound.',
    source: elbApi('CreateListener'),
    run: async (aws) => {
      const groupArn = await makeTargetGroup(aws, (await makeOutside(aws)).vpcId);
      return refusalOf(aws.elb.send(listenerRequest(nowhere('loadbalancer/net/blog'), groupArn)));
    },
    holds: NO_BALANCER,
  },
  'listener-missing-group': {
    fact: 'A listener to a group that is not there is TargetGroupNotFound.',
    source: elbApi('CreateListener'),
    run: async (aws) => {
      const { LoadBalancerArn = '' } = await makeBalancer(aws, await makeOutside(aws));
      return refusalOf(aws.elb.send(listenerRequest(LoadBalancerArn, nowhere('targetgroup/blog'))));
    },
    holds: NO_GROUP,
  },
  'listener-turned': {
    fact: 'A listener is turned to another group.',
    source: elbApi('ModifyListener'),
    run: async (aws) => {
      const { listenerArn: ListenerArn, balancerArn, vpcId } = await serve(aws);
      const TargetGroupArn = await makeTargetGroup(aws, vpcId, 'other');
      const DefaultActions = [{ Type: 'forward', TargetGroupArn } as const];
      await aws.elb.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }));
      const { Listeners } = await aws.elb.send(new DescribeListenersCommand({ LoadBalancerArn: balancerArn }));
      return Listeners?.map((listener) => listener.DefaultActions?.[0]?.TargetGroupArn === TargetGroupArn);
    },
    holds: [true],
  },
  'listener-deleted-twice': {
    fact: 'A listener that is gone is ListenerNotFound.',
    source: elbApi('DeleteListener'),
    run: async (aws) => {
      const { listenerArn: ListenerArn } = await serve(aws);
      const remove = () => refusalOf(aws.elb.send(new DeleteListenerCommand({ ListenerArn })));
      return [await remove(), await remove()];
    },
    holds: ['accepted', NO_LISTENER],
  },
  'listener-goes': {
    fact: 'The listeners of a load balancer go with it.',
    source: elbApi('DeleteLoadBalancer'),
    run: async (aws) => {
      const { balancerArn: LoadBalancerArn, listenerArn: ListenerArn } = await serve(aws);
      await aws.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
      return refusalOf(aws.elb.send(new DeleteListenerCommand({ ListenerArn })));
    },
    holds: NO_LISTENER,
  },
});
