import type { ServiceQuota } from '@aws-sdk/client-service-quotas';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineOperation } from '../operation.ts';
import type { Quotas } from '../weather.ts';

interface KnownQuota {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  readonly limit: keyof Quotas;
  /** What a new account starts with. */
  readonly byDefault: number;
}

/** Those that the account's operations enforce. */
const QUOTAS: readonly KnownQuota[] = [
  {
    service: 'ec2',
    code: 'L-1216C47A',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    limit: 'vcpus',
    byDefault: 5,
  },
  {
    service: 'ec2',
    code: 'L-34B43A08',
    name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests',
    limit: 'spotVcpus',
    byDefault: 5,
  },
  { service: 'ec2', code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs', limit: 'addresses', byDefault: 5 },
  { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs per Region', limit: 'vpcs', byDefault: 5 },
  {
    service: 'vpc',
    code: 'L-FE5A380F',
    name: 'NAT gateways per Availability Zone',
    limit: 'natGatewaysPerZone',
    byDefault: 5,
  },
  {
    service: 'elasticloadbalancing',
    code: 'L-69A177A2',
    name: 'Network Load Balancers per Region',
    limit: 'loadBalancers',
    byDefault: 50,
  },
];

const Named = z.strictObject({ ServiceCode: z.string(), QuotaCode: z.string() });
type Named = z.output<typeof Named>;

/** What the account has; of a quota that was never raised there is only its default. */
const getServiceQuota = defineOperation({
  name: 'GetServiceQuota',
  input: Named,
  run(named, desk) {
    const quota = find(named);
    const value = desk.weather.quotas[quota.limit];
    if (value === quota.byDefault && quota.service === 'vpc') {
      throw fault('NoSuchResourceException', 'The request failed because the applied value does not exist.');
    }
    return { Quota: shown(quota, value, desk) };
  },
});

const getDefaultQuota = defineOperation({
  name: 'GetAWSDefaultServiceQuota',
  input: Named,
  run(named, desk) {
    const quota = find(named);
    return { Quota: shown(quota, quota.byDefault, desk) };
  },
});

export const quotaOperations = [getServiceQuota, getDefaultQuota];

function find({ ServiceCode, QuotaCode }: Named): KnownQuota {
  const ofService = QUOTAS.filter(({ service }) => service === ServiceCode);
  if (ofService.length === 0) {
    throw fault('NoSuchResourceException', 'The request failed because the specified service does not exist.');
  }
  const quota = ofService.find(({ code }) => code === QuotaCode);
  if (quota !== undefined) return quota;
  throw fault('NoSuchResourceException', 'The request failed because the specified quota does not exist.');
}

function shown({ service, code, name }: KnownQuota, value: number, { region, accountId }: Desk): ServiceQuota {
  return {
    ServiceCode: service,
    QuotaCode: code,
    QuotaName: name,
    QuotaArn: `arn:aws:servicequotas:${region}:${accountId}:${service}/${code}`,
    Value: value,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
    QuotaAppliedAtLevel: 'ACCOUNT',
  };
}
