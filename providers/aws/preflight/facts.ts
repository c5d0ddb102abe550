import { DescribeInstanceTypeOfferingsCommand, DescribeVpcsCommand, type Vpc } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { ResourceContext } from '#engine/resource.ts';
import type { AccountIdentity } from '#provider/provider-module.ts';
import type { PreflightRequest } from '#provider/preflight.ts';
import { answered } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';
import { asking } from './look.ts';
import { plannedMachines } from './planned.ts';

/** What more than one check asks about: each is asked once, when the first check wants it. */
export interface Facts {
  identity(): Promise<AccountIdentity>;
  vpcs(): Promise<readonly Vpc[]>;
  /** `zone/type` of everything that is planned and offered. */
  offerings(): Promise<ReadonlySet<string>>;
}

export function openFacts(aws: AwsSession, context: ResourceContext, request: PreflightRequest): Facts {
  return {
    identity: once(() => readIdentity(aws, context)),
    vpcs: once(() =>
      asking(
        'ec2:DescribeVpcs',
        everyPage(async (NextToken) => {
          const command = new DescribeVpcsCommand({ MaxResults: PAGE, NextToken });
          const answer = await aws.ec2.read(context, 'list the networks of the account', command);
          return { items: answer.Vpcs ?? [], next: answer.NextToken };
        }),
      ),
    ),
    offerings: once(() => readOfferings(aws, context, request)),
  };
}

const PAGE = 1_000;

async function readIdentity({ sts }: AwsSession, context: ResourceContext): Promise<AccountIdentity> {
  const question = sts.read(context, 'ask who we are', new GetCallerIdentityCommand({}));
  const { Account, Arn } = await asking('sts:GetCallerIdentity', question);
  return { account: answered(Account, 'Account'), principal: answered(Arn, 'Arn') };
}

/** As places and types are named in a plan. */
export function offering(zone: string, type: string): string {
  return `${zone}/${type}`;
}

async function readOfferings(
  { ec2 }: AwsSession,
  context: ResourceContext,
  request: PreflightRequest,
): Promise<ReadonlySet<string>> {
  const machines = plannedMachines(request.plan);
  const Filters = [
    { Name: 'instance-type', Values: [...new Set(machines.flatMap(({ types }) => types))] },
    { Name: 'location', Values: [...new Set(machines.flatMap(({ zones }) => zones))] },
  ];
  const answer = everyPage(async (NextToken) => {
    const command = new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters,
      MaxResults: PAGE,
      NextToken,
    });
    const page = await ec2.read(context, 'look which machine types the zones offer', command);
    return { items: page.InstanceTypeOfferings ?? [], next: page.NextToken };
  });
  const offered = await asking('ec2:DescribeInstanceTypeOfferings', answer);
  return new Set(offered.map(({ Location = '', InstanceType = '' }) => offering(Location, InstanceType)));
}

function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asked: Promise<Answer> | undefined;
  return () => (asked ??= ask());
}
