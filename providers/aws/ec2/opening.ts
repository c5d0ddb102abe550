import type { IpPermission } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { canonicalJson } from '#std/canonical-json.ts';

/** One hole in a security group. */
export const Opening = z.strictObject({
  /** As EC2 spells it: `tcp`, or `-1` for any. */
  protocol: z.string(),
  /** First and last; both -1 for every kind of ICMP message; none for any protocol. */
  ports: z.tuple([z.int(), z.int()]).readonly().optional(),
  /** A CIDR, or the id of a security group. */
  source: z.string(),
  /** For people; it makes no other hole. */
  purpose: z.string(),
});
export type Opening = Readonly<z.output<typeof Opening>>;

export const ANY_PROTOCOL = '-1';

/** In one order, each hole once. */
export function sortedOpenings(openings: readonly Opening[]): readonly Opening[] {
  const byHole = new Map(openings.toReversed().map((opening) => [holeOf(opening), opening]));
  return [...byHole].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, opening]) => opening);
}

export function isSameHole(left: Opening, right: Opening): boolean {
  return holeOf(left) === holeOf(right);
}

function holeOf({ protocol, ports, source }: Opening): string {
  return canonicalJson({ protocol, ports: ports ?? [], source });
}

export function openingsOf(permissions: readonly IpPermission[] = []): readonly Opening[] {
  return sortedOpenings(permissions.flatMap(openingsOfOne));
}

function openingsOfOne(permission: IpPermission): readonly Opening[] {
  const { IpProtocol: protocol = ANY_PROTOCOL, FromPort, ToPort } = permission;
  const hasPorts = protocol !== ANY_PROTOCOL && FromPort !== undefined && ToPort !== undefined;
  const ports = hasPorts ? { ports: [FromPort, ToPort] as const } : {};
  const sources = [
    ...(permission.IpRanges ?? []).map(({ CidrIp: source, Description: purpose }) => ({ source, purpose })),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6: source, Description: purpose }) => ({ source, purpose })),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId: source, Description: purpose }) => ({ source, purpose })),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId: source, Description: purpose }) => ({ source, purpose })),
  ];
  return sources.flatMap(({ source, purpose = '' }) =>
    source === undefined ? [] : [{ protocol, ...ports, source, purpose }],
  );
}

export function permissionOf({ protocol, ports, source, purpose }: Opening): IpPermission {
  return {
    IpProtocol: protocol,
    ...(ports === undefined ? {} : { FromPort: ports[0], ToPort: ports[1] }),
    ...rangeOf(source, purpose === '' ? {} : { Description: purpose }),
  };
}

function rangeOf(source: string, described: { readonly Description?: string }): IpPermission {
  if (source.startsWith('sg-')) return { UserIdGroupPairs: [{ GroupId: source, ...described }] };
  if (source.startsWith('pl-')) return { PrefixListIds: [{ PrefixListId: source, ...described }] };
  if (source.includes(':')) return { Ipv6Ranges: [{ CidrIpv6: source, ...described }] };
  return { IpRanges: [{ CidrIp: source, ...described }] };
}
