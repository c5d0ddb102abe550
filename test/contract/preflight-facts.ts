import { DescribeInstanceTypesCommand, DescribeSpotPriceHistoryCommand } from '@aws-sdk/client-ec2';
import { ListInstanceProfilesForRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetProductsCommand } from '@aws-sdk/client-pricing';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { AwsClients } from '#providers/aws/clients.ts';
import { look, makePlace, launch } from './ec2/scenery.ts';
import { factsOf } from './fact.ts';
import { makeProfile, makeRole } from './iam/scenery.ts';
import { refusalOf } from './refusal.ts';
import { docs, EC2_ERRORS, ec2Api, iamApi, issue } from './sources.ts';

const QUOTAS = docs('servicequotas/2019-06-24/apireference/API_GetServiceQuota.html');
const PRICES = docs('aws-cost-management/latest/APIReference/API_pricing_GetProducts.html');
const VCPUS = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };

async function decisions({ iam }: Pick<AwsClients, 'iam'>, PolicySourceArn: string): Promise<unknown> {
  const asked = { PolicySourceArn, ActionNames: ['ec2:RunInstances', 's3:PutObject'] };
  const { EvaluationResults = [] } = await iam.send(new SimulatePrincipalPolicyCommand(asked));
  return EvaluationResults.map(({ EvalActionName, EvalDecision }) => [EvalActionName, typeof EvalDecision]);
}

const machineTypes = factsOf('ec2', {
  'types-described': {
    fact: 'A type tells its processors and its architecture.',
    source: ec2Api('DescribeInstanceTypes'),
    run: async ({ ec2 }) => {
      const Filters = [{ Name: 'instance-type', Values: ['m6i.large', 'm7g.large'] }];
      const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand({ Filters, MaxResults: 100 }));
      return InstanceTypes.map(({ InstanceType, VCpuInfo, ProcessorInfo }) =>
        [InstanceType, VCpuInfo?.DefaultVCpus, ...(ProcessorInfo?.SupportedArchitectures ?? [])].join(' '),
      ).toSorted();
    },
    holds: ['m6i.large 2 x86_64', 'm7g.large 2 arm64'],
  },
  'types-unknown': {
    fact: 'A name that is no type is InvalidInstanceType; as a filter it finds nothing.',
    source: EC2_ERRORS,
    run: async ({ ec2 }) => {
      const command = new DescribeInstanceTypesCommand({ InstanceTypes: ['m6i.large'] });
      Object.assign(command.input, { InstanceTypes: ['m7i.nonesuch'] });
      const Filters = [{ Name: 'instance-type', Values: ['m7i.nonesuch'] }];
      const { InstanceTypes } = await ec2.send(new DescribeInstanceTypesCommand({ Filters }));
      return [await refusalOf(ec2.send(command)), InstanceTypes];
    },
    holds: ['InvalidInstanceType 400', []],
  },
  'spot-launched': {
    fact: 'A machine that is launched as spot says so.',
    source: ec2Api('InstanceMarketOptionsRequest'),
    run: async (aws) => {
      const { subnetId } = await makePlace(aws);
      const SpotOptions = { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' } as const;
      const InstanceMarketOptions = { MarketType: 'spot', SpotOptions } as const;
      const [machine] = await launch(aws, subnetId, { InstanceMarketOptions });
      return (await look(aws, machine?.InstanceId ?? ''))?.InstanceLifecycle;
    },
    holds: 'spot',
  },
  'spot-prices': {
    fact: 'The spot prices of a type are told by zone, as texts that are numbers.',
    source: ec2Api('DescribeSpotPriceHistory'),
    run: async ({ ec2 }) => {
      const Filters = [{ Name: 'instance-type', Values: ['m6i.large'] }];
      const { SpotPriceHistory = [] } = await ec2.send(new DescribeSpotPriceHistoryCommand({ Filters }));
      const areFit = SpotPriceHistory.every(
        ({ InstanceType, AvailabilityZone = '', SpotPrice }) =>
          InstanceType === 'm6i.large' && AvailabilityZone.startsWith('eu-west-3') && Number(SpotPrice) > 0,
      );
      return [SpotPriceHistory.length > 0, areFit];
    },
    holds: [true, true],
  },
});

const permissions = factsOf('iam', {
  'simulation-decides': {
    fact: 'SimulatePrincipalPolicy decides every action that it is asked about.',
    source: iamApi('SimulatePrincipalPolicy'),
    run: async (aws) => {
      await makeRole(aws, 'operator');
      const { Account } = await aws.sts.send(new GetCallerIdentityCommand({}));
      return decisions(aws, `arn:aws:iam::${Account}:role/operator`);
    },
    holds: [
      ['ec2:RunInstances', 'string'],
      ['s3:PutObject', 'string'],
    ],
  },
  'simulation-missing': {
    fact: 'A principal that is not there is NoSuchEntity 404.',
    source: iamApi('SimulatePrincipalPolicy'),
    run: (aws) => refusalOf(decisions(aws, 'arn:aws:iam::123456789012:role/nobody')),
    holds: 'NoSuchEntityException 404',
  },
  'simulation-session': {
    fact: 'A session of a role is no principal to simulate: InvalidInput.',
    source: issue('newrelic/newrelic-lambda-cli#96'),
    run: (aws) => refusalOf(decisions(aws, 'arn:aws:sts::123456789012:assumed-role/operator/session')),
    holds: 'InvalidInputException 400',
  },
  'profiles-of-role': {
    fact: 'The profiles that a role is in are told.',
    source: iamApi('ListInstanceProfilesForRole'),
    run: async (aws) => {
      await makeProfile(aws, 'workers');
      const command = new ListInstanceProfilesForRoleCommand({ RoleName: 'workers' });
      const { InstanceProfiles } = await aws.iam.send(command);
      return InstanceProfiles?.map(({ InstanceProfileName }) => InstanceProfileName);
    },
    holds: ['workers'],
  },
});

const quotas = factsOf('quotas', {
  'quota-told': {
    fact: 'The quota of processors is told by its codes, as a number.',
    source: QUOTAS,
    run: async ({ quotas: service }) => {
      const { Quota } = await service.send(new GetServiceQuotaCommand(VCPUS));
      return [Quota?.QuotaCode, typeof Quota?.Value];
    },
    holds: ['L-1216C47A', 'number'],
  },
  'quota-default': {
    fact: 'The default of a quota is told too.',
    source: docs('servicequotas/2019-06-24/apireference/API_GetAWSDefaultServiceQuota.html'),
    run: async ({ quotas: service }) => {
      const { Quota } = await service.send(new GetAWSDefaultServiceQuotaCommand(VCPUS));
      return [Quota?.QuotaCode, typeof Quota?.Value];
    },
    holds: ['L-1216C47A', 'number'],
  },
  'quota-missing': {
    fact: 'A quota that is not there is NoSuchResource.',
    source: issue('aws/aws-cli#4569'),
    run: ({ quotas: service }) => {
      const asked = { ServiceCode: 'ec2', QuotaCode: 'L-00000000' };
      return refusalOf(service.send(new GetServiceQuotaCommand(asked)));
    },
    holds: 'NoSuchResourceException 400',
  },
});

const prices = factsOf('pricing', {
  'price-of-machine': {
    fact: 'The price list has a machine, as a text that is JSON, with dollars on demand.',
    source: PRICES,
    run: async (_aws, judge) => {
      const wanted = {
        regionCode: 'eu-west-3',
        instanceType: 'm6i.large',
        operatingSystem: 'Linux',
        tenancy: 'Shared',
        preInstalledSw: 'NA',
        capacitystatus: 'Used',
      };
      const Filters = Object.entries(wanted).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }) as const);
      const asked = { ServiceCode: 'AmazonEC2', Filters, FormatVersion: 'aws_v1' };
      const answer = await judge.in('us-east-1').pricing.send(new GetProductsCommand(asked));
      const texts: readonly unknown[] = Array.isArray(answer.PriceList) ? answer.PriceList : [];
      return texts.length > 0 && texts.every((text) => /"USD":\s*"\d+\.\d+"/.test(String(text)));
    },
    holds: true,
  },
  'price-unknown-service': {
    fact: 'A service that is not in the price list is refused.',
    source: PRICES,
    run: async (_aws, judge) => {
      const command = new GetProductsCommand({ ServiceCode: 'NoSuchService', FormatVersion: 'aws_v1' });
      return refusalOf(judge.in('us-east-1').pricing.send(command));
    },
    holds: 'InvalidParameterException 400',
  },
});

export const preflightFacts = [...machineTypes, ...permissions, ...quotas, ...prices];
