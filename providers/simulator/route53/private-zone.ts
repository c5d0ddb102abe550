import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { type Vpc, VPCS } from '../ec2/network-objects.ts';
import { type Zone, ZONES } from './zone.ts';

export const AskedNetwork = z.strictObject({ VPCId: z.string(), VPCRegion: z.string() });

/** What stands in the records of a zone that no server of the internet answers for. */
export const PRIVATE_NAME_SERVERS: readonly string[] = [
  'ns-0.awsdns-00.com',
  'ns-512.awsdns-00.net',
  'ns-1024.awsdns-00.org',
  'ns-1536.awsdns-00.co.uk',
];

interface Asked {
  readonly name: string;
  readonly isPrivate: boolean;
  readonly asked: z.output<typeof AskedNetwork> | undefined;
}

/** The networks that see a new zone; undefined: everybody does. */
export function networksFor({ name, isPrivate, asked }: Asked, desk: Desk): Zone['networks'] {
  if (!isPrivate && asked === undefined) return undefined;
  if (!isPrivate || asked === undefined)
    throw fault('InvalidInput', 'The input is not valid: a private zone, and no other, needs a VPC.');
  const { VPCId: id, VPCRegion: region } = asked;
  if (!isThere(id, desk))
    throw fault('InvalidVPCId', `The VPC ${id} in region ${region} that you provided is not found.`);
  const sees = ({ networks = [] }: Zone) => networks.some((one) => one.id === id && one.region === region);
  if (desk.truth(ZONES).find((zone) => zone.name === name && sees(zone)) !== undefined)
    throw fault('ConflictingDomainExists', `The VPC ${id} is already associated with a zone of the name ${name}`);
  return [{ id, region }];
}

/** A network of any region: Route 53 has none of its own. */
function isThere(id: string, desk: Desk): boolean {
  const all: readonly (readonly Vpc[])[] = desk.everywhere(VPCS);
  return all.flat().some((vpc) => vpc.id === id);
}

/** What tells a zone of everybody where it is served, and one of few by whom it is seen. */
export function sightOf({ nameServers, networks: [first] = [] }: Zone): object {
  return first === undefined ? { DelegationSet: { NameServers: nameServers } } : { VPC: shownNetwork(first) };
}

export function shownNetwork({ id, region }: { readonly id: string; readonly region: string }): object {
  return { VPCId: id, VPCRegion: region };
}
