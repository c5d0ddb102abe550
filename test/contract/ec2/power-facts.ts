import { GetConsoleOutputCommand, StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import type { Judge } from '../judge.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, ec2Api } from '../sources.ts';
import { BOOT_MS, ended, look, machine, NOWHERE } from './scenery.ts';

const LIFECYCLE = docs('AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html');

async function stop({ ec2 }: AwsClients, id: string): Promise<string> {
  return refusalOf(ec2.send(new StopInstancesCommand({ InstanceIds: [id] })));
}

async function start({ ec2 }: AwsClients, id: string): Promise<string> {
  return refusalOf(ec2.send(new StartInstancesCommand({ InstanceIds: [id] })));
}

async function stopped(aws: AwsClients, judge: Judge): Promise<string> {
  const id = await machine(aws, judge);
  await stop(aws, id);
  await judge.pass(BOOT_MS);
  return id;
}

export const powerFacts = factsOf('ec2', {
  'machine-stopped': {
    fact: 'A running machine that is stopped soon is, and keeps its private address.',
    source: LIFECYCLE,
    run: async (aws, judge) => {
      const seen = await look(aws, await stopped(aws, judge));
      return [seen?.State?.Name, seen?.PrivateIpAddress !== undefined];
    },
    holds: ['stopped', true],
  },
  'machine-stopped-again': {
    fact: 'Stopping a stopped machine succeeds.',
    source: ec2Api('StopInstances'),
    run: async (aws, judge) => stop(aws, await stopped(aws, judge)),
    holds: 'accepted',
  },
  'machine-started': {
    fact: 'A stopped machine that is started runs again.',
    source: LIFECYCLE,
    run: async (aws, judge) => {
      const id = await stopped(aws, judge);
      await start(aws, id);
      await judge.pass(BOOT_MS);
      return (await look(aws, id))?.State?.Name;
    },
    holds: 'running',
  },
  'machine-started-again': {
    fact: 'Starting a running machine succeeds.',
    source: ec2Api('StartInstances'),
    run: async (aws, judge) => start(aws, await machine(aws, judge)),
    holds: 'accepted',
  },
  'machine-power-missing': {
    fact: 'A machine that is not there is neither stopped nor started: InvalidInstanceID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => [await stop(aws, `i-${NOWHERE}`), await start(aws, `i-${NOWHERE}`)],
    holds: ['InvalidInstanceID.NotFound 400', 'InvalidInstanceID.NotFound 400'],
  },
  'machine-power-ended': {
    fact: 'A terminated machine is neither stopped nor started: IncorrectInstanceState.',
    source: EC2_ERRORS,
    run: async (aws, judge) => {
      const id = await ended(aws, judge);
      return [await stop(aws, id), await start(aws, id)];
    },
    holds: ['IncorrectInstanceState 400', 'IncorrectInstanceState 400'],
  },
  'machine-console': {
    fact: 'What a machine has said on its console is told with its id.',
    source: ec2Api('GetConsoleOutput'),
    run: async (aws, judge) => {
      const InstanceId = await machine(aws, judge);
      const told = await aws.ec2.send(new GetConsoleOutputCommand({ InstanceId }));
      return told.InstanceId === InstanceId;
    },
    holds: true,
  },
  'machine-console-missing': {
    fact: 'The console of a machine that is not there is InvalidInstanceID.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => refusalOf(aws.ec2.send(new GetConsoleOutputCommand({ InstanceId: `i-${NOWHERE}` }))),
    holds: 'InvalidInstanceID.NotFound 400',
  },
});
