import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  type Instance,
  type InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import type { InstanceId } from '#engine/address.ts';
import type { PreflightFinding } from '#provider/preflight.ts';
import { everyPage } from '../every-page.ts';
import { ownerOfMember } from '../tags.ts';
import { offering } from './facts.ts';
import { asking, type Check, type Look, NoAnswer, warning } from './look.ts';
import { begunInstances, goingInstances, type PlannedMachine, plannedMachines } from './planned.ts';
import { judgeQuota, type Quota } from './quota.ts';

const CHECK = 'quota.vcpus';

/** Classes of machines, each with a limit on the vCPUs that run at one time, on demand and as spot. */
interface MachineClass {
  readonly name: string;
  readonly families: RegExp;
  readonly onDemand: string;
  readonly spot: string;
}

const CLASSES: readonly MachineClass[] = [
  { name: 'Inf', families: /^inf\d/, onDemand: 'L-1945791B', spot: 'L-B5D1601B' },
  { name: 'Trn', families: /^trn\d/, onDemand: 'L-2C3B7624', spot: 'L-6B0D517C' },
  { name: 'G and VT', families: /^(?:g|vt)\d/, onDemand: 'L-DB2E81BA', spot: 'L-3819A6DF' },
  { name: 'P', families: /^p\d/, onDemand: 'L-417A185B', spot: 'L-7212CCBC' },
  { name: 'X', families: /^x\d/, onDemand: 'L-7295265B', spot: 'L-E3A00192' },
  { name: 'Standard', families: /^(?:[acdhimrtz]|im|is)\d/, onDemand: 'L-1216C47A', spot: 'L-34B43A08' },
];

/** The vCPUs that run and those that are planned, class by class, beside what the account may run at one time. */
export const vcpusCheck: Check = {
  name: CHECK,

  async find(look) {
    const machines = plannedMachines(look.request.plan);
    if (machines.length === 0) return [];
    const begun = begunInstances(look.request.plan);
    const running = (await readRunning(look)).filter((instance) => !isAmong(begun, look, instance));
    const chosen = await chooseTypes(look, machines);
    const vcpus = await readVcpus(look, [...running.map(typeOf), ...chosen.map(({ type }) => type)]);
    const planned = chosen.filter(({ isOneMore }) => isOneMore);
    const going = goingInstances(look.request.plan);
    const pools = [...Map.groupBy(planned, ({ type, isSpot }) => poolOf(type, isSpot)?.name ?? type)];
    const findings = pools.map(async ([name, members]): Promise<PreflightFinding> => {
      const [first] = members;
      const pool = first === undefined ? undefined : poolOf(first.type, first.isSpot);
      if (pool === undefined) return warning(CHECK, `Not looked at: ${name} is of no class whose quota is known here.`);
      const count = (types: readonly string[]): number => types.reduce((sum, type) => sum + (vcpus.get(type) ?? 0), 0);
      const beside = running.filter((instance) => poolOf(typeOf(instance), runsAsSpot(instance))?.name === name);
      return judgeQuota(look, {
        check: CHECK,
        quota: pool.quota,
        of: `vCPUs of ${name} machines`,
        there: count(beside.map(typeOf)),
        more: count(members.map(({ type }) => type)),
        going: count(beside.filter((instance) => isAmong(going, look, instance)).map(typeOf)),
      });
    });
    return Promise.all(findings);
  },
};

interface Pool {
  readonly name: string;
  readonly quota: Quota;
}

function poolOf(type: string, asSpot: boolean): Pool | undefined {
  const found = CLASSES.find(({ families }) => families.test(type));
  if (found === undefined) return undefined;
  const { name, onDemand, spot } = found;
  return { name: asSpot ? `${name} spot` : name, quota: { service: 'ec2', code: asSpot ? spot : onDemand } };
}

function typeOf({ InstanceType }: Instance): string {
  return InstanceType ?? '';
}

function runsAsSpot({ InstanceLifecycle }: Instance): boolean {
  return InstanceLifecycle === 'spot';
}

function isAmong(instances: ReadonlySet<InstanceId>, { request }: Look, instance: Instance): boolean {
  const owner = ownerOfMember(instance.Tags, instance.AmiLaunchIndex ?? 0);
  return owner?.cluster === request.uid && instances.has(owner.instanceId);
}

function readRunning({ aws, context }: Look): Promise<readonly Instance[]> {
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
  const answer = everyPage(async (NextToken) => {
    const command = new DescribeInstancesCommand({ Filters, MaxResults: 1_000, NextToken });
    const page = await aws.ec2.read(context, 'count the machines that run', command);
    return { items: (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances), next: page.NextToken };
  });
  return asking('ec2:DescribeInstances', answer);
}

interface Chosen {
  readonly type: string;
  readonly isSpot: boolean;
  readonly isOneMore: boolean;
}

/** The type that a machine is first asked for as: a place that does not offer one is passed over. */
async function chooseTypes({ facts }: Look, machines: readonly PlannedMachine[]): Promise<readonly Chosen[]> {
  const offered = await facts.offerings().catch((error: unknown) => {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  });
  return machines.map(({ zones, types, isSpot: asSpot, isOneMore }) => {
    const places = zones.flatMap((zone) => types.map((type) => ({ type, place: offering(zone, type) })));
    const first = places.find(({ place }) => offered?.has(place) !== false) ?? places[0];
    return { type: first?.type ?? '', isSpot: asSpot, isOneMore };
  });
}

async function readVcpus({ aws, context }: Look, types: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const Filters = [{ Name: 'instance-type', Values: [...new Set(types)].toSorted() }];
  const answer = everyPage<InstanceTypeInfo>(async (NextToken) => {
    const command = new DescribeInstanceTypesCommand({ Filters, MaxResults: 100, NextToken });
    const page = await aws.ec2.read(context, 'look up the processors of the machine types', command);
    return { items: page.InstanceTypes ?? [], next: page.NextToken };
  });
  const known = await asking('ec2:DescribeInstanceTypes', answer);
  return new Map(known.map(({ InstanceType = '', VCpuInfo }) => [InstanceType, VCpuInfo?.DefaultVCpus ?? 0]));
}
