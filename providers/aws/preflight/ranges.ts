import { DescribeRouteTablesCommand, type Vpc } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import type { PreflightFinding } from '#provider/preflight.ts';
import { doCidrsOverlap } from '../ec2/cidr.ts';
import { everyPage } from '../every-page.ts';
import { ownerOf } from '../tags.ts';
import { asking, bad, type Check, good, type Look, warning } from './look.ts';
import { isBegun, plannedObjects } from './planned.ts';

const CHECK = 'ranges';
const NAMED_MAX = 3;

const NewNetwork = z.looseObject({ cidr: z.string() });
const ExistingNetwork = z.looseObject({ vpcId: z.string() });

/**
 * | the cluster's range              | overlaps                             | then                                        |
 * |----------------------------------|--------------------------------------|---------------------------------------------|
 * | machines, in a network of its own | another VPC of the region           | a warning: the two can never be connected   |
 * | overlay, pods or services        | the network that is there already    | bad: machines could not reach what is there |
 * | overlay, pods or services        | a route of that network              | a warning: pods could not reach what it leads to |
 */
export const rangesCheck: Check = {
  name: CHECK,

  async find(look) {
    const own = plannedObjects(look.request.plan, 'aws.ec2.vpc').map(({ inputs }) => NewNetwork.safeParse(inputs));
    const existing = plannedObjects(look.request.plan, 'aws.ec2.existing-network');
    const findings = await Promise.all([
      ...own.flatMap(({ data }) => (data === undefined ? [] : [besideOthers(look, data.cidr)])),
      ...existing.flatMap(({ inputs }) => {
        const { data } = ExistingNetwork.safeParse(inputs);
        return data === undefined ? [] : [insideExisting(look, data.vpcId)];
      }),
    ]);
    return findings.flat();
  },
};

async function besideOthers({ facts, request }: Look, cidr: string): Promise<readonly PreflightFinding[]> {
  const vpcs = (await facts.vpcs()).filter(({ Tags }) => !isBegun(request, ownerOf(Tags)));
  const overlapping = vpcs.flatMap((vpc) =>
    blocksOf(vpc).flatMap((block) => (doCidrsOverlap(block, cidr) ? [`${vpc.VpcId} (${block})`] : [])),
  );
  if (overlapping.length === 0) return [good(CHECK, `${cidr}: no other VPC of the region has it.`)];
  const what = `${cidr} overlaps ${some(overlapping)}: both work, but they can never be connected.`;
  return [warning(CHECK, what, 'If they are to be connected one day, write another network.machines now.')];
}

async function insideExisting(look: Look, vpcId: string): Promise<readonly PreflightFinding[]> {
  const { facts, request } = look;
  const vpc = (await facts.vpcs()).find(({ VpcId }) => VpcId === vpcId);
  // That it is not there another check says.
  if (vpc === undefined) return [];
  const { machines: _machines, ...inner } = request.ranges;
  const ranges = Object.entries(inner);
  const clashes = blocksOf(vpc).flatMap((block) =>
    ranges.flatMap(([name, range]) =>
      doCidrsOverlap(block, range) ? [`network.${name} ${range} overlaps ${block} of ${vpcId}`] : [],
    ),
  );
  if (clashes.length > 0) {
    return [
      bad(
        CHECK,
        `${clashes.join('; ')}: machines could not reach what is there.`,
        'Write another range in the cluster file.',
      ),
    ];
  }
  const led = (await routesOf(look, vpcId)).flatMap((route) =>
    ranges.flatMap(([name, range]) =>
      doCidrsOverlap(route, range) ? [`network.${name} ${range} overlaps the route to ${route}`] : [],
    ),
  );
  if (led.length === 0)
    return [
      good(CHECK, `${ranges.map(([, range]) => range).join(', ')}: apart from ${vpcId} and where its routes lead.`),
    ];
  return [
    warning(
      CHECK,
      `${some(led)} in ${vpcId}: pods could not reach what it leads to.`,
      'Write another range in the cluster file if they are to.',
    ),
  ];
}

/** Where the network leads to by itself: peers, other sites, transit gateways. */
async function routesOf({ aws, context }: Look, vpcId: string): Promise<readonly string[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const all = everyPage(async (NextToken) => {
    const command = new DescribeRouteTablesCommand({ Filters, MaxResults: 100, NextToken });
    const page = await aws.ec2.read(context, 'look where the network leads to', command);
    return { items: page.RouteTables ?? [], next: page.NextToken };
  });
  const tables = await asking('ec2:DescribeRouteTables', all);
  const destinations = tables.flatMap(({ Routes = [] }) =>
    Routes.flatMap(({ GatewayId, DestinationCidrBlock }) =>
      GatewayId === 'local' ? [] : (DestinationCidrBlock ?? []),
    ),
  );
  return [...new Set(destinations)].filter((destination) => destination !== ANYWHERE);
}

const ANYWHERE = '0.0.0.0/0';

function blocksOf({ CidrBlock, CidrBlockAssociationSet = [] }: Vpc): readonly string[] {
  const associated = CidrBlockAssociationSet.flatMap(({ CidrBlock: block, CidrBlockState }) =>
    block === undefined || CidrBlockState?.State === 'disassociated' ? [] : [block],
  );
  return [...new Set([...(CidrBlock === undefined ? [] : [CidrBlock]), ...associated])];
}

function some(words: readonly string[]): string {
  const more = words.length - NAMED_MAX;
  return `${words.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
