import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import type { Kind, Tags } from '../objects.ts';
import { ADDRESSES, missingAddress } from './address.ts';
import { INSTANCES, isShown, missingInstance } from './instance.ts';
import { LISTING, listed, type Missing, mustSee, notFound } from './listing.ts';
import { isShown as isNatShown, missingNatGateway, NAT_GATEWAYS } from './nat-gateway.ts';
import {
  INTERNET_GATEWAYS,
  KEY_PAIRS,
  missingGateway,
  missingGroup,
  missingKeyPair,
  missingRouteTable,
  missingSubnet,
  missingVpc,
  ROUTE_TABLES,
  SECURITY_GROUPS,
  SUBNETS,
  VPCS,
} from './network-objects.ts';
import { ec2Operation, request } from './request.ts';
import { withTags } from './tagging.ts';
import { isVolumeThere, missingVolume, VOLUMES } from './volume.ts';

const Resources = z.array(z.string()).min(1).max(1_000);

/** All resources or none. */
const createTags = ec2Operation({
  name: 'CreateTags',
  input: request({
    Resources,
    Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string().optional() })).min(1),
  }),
  run: ({ Resources: ids, Tags: added }, desk) => {
    for (const id of ids) drawerOf(id).retag(desk, id, (tags) => withTags(tags, added));
    return {};
  },
});

/** A tag with a value is removed only if it has that value; what is not there is no error. */
const deleteTags = ec2Operation({
  name: 'DeleteTags',
  input: request({
    Resources,
    Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string().optional() })).optional(),
  }),
  run: ({ Resources: ids, Tags: removed }, desk) => {
    const isKept = ([key, value]: [string, string]) =>
      removed !== undefined && removed.every((tag) => tag.Key !== key || (tag.Value ?? value) !== value);
    const remaining = (tags: Tags) => Object.fromEntries(Object.entries(tags).filter(isKept));
    for (const id of ids) drawerOf(id).retag(desk, id, remaining);
    return {};
  },
});

const describeTags = ec2Operation({
  name: 'DescribeTags',
  input: request(LISTING),
  run: (input, desk) => {
    const all = DRAWERS.flatMap(({ type, list }) =>
      list(desk).flatMap(({ id: resource, tags }) =>
        Object.entries(tags).map(([key, value]) => ({
          id: `${resource} ${key}`,
          resource,
          type,
          key,
          value,
          tags,
        })),
      ),
    );
    const { items, nextToken } = listed(desk, all, {
      asked: input,
      ids: undefined,
      missing: notFound('InvalidID', 'ID'),
      fields: {
        key: ({ key }) => [key],
        value: ({ value }) => [value],
        'resource-id': ({ resource }) => [resource],
        'resource-type': ({ type }) => [type],
      },
    });
    return {
      Tags: items.map(({ resource, type, key, value }) => ({
        ResourceId: resource,
        ResourceType: type,
        Key: key,
        Value: value,
      })),
      NextToken: nextToken,
    };
  },
});

export const tagOperations = [createTags, deleteTags, describeTags];

/** The objects of one type, for whoever deals with their tags alone. */
interface Drawer {
  readonly type: string;
  readonly prefix: string;
  readonly list: (desk: Desk) => readonly Labelled[];
  readonly retag: (desk: Desk, id: string, change: (tags: Tags) => Tags) => void;
}

interface Labelled {
  readonly id: string;
  readonly tags: Tags;
}

interface Kept<T extends Labelled> {
  readonly kind: Kind<T>;
  readonly missing: Missing;
  /** @default as long as it is in the account */
  readonly shown?: (value: T, nowMs: number) => boolean;
}

function drawer<T extends Labelled>(type: string, prefix: string, { kind, missing, shown }: Kept<T>): Drawer {
  const isSeen = (value: T, { nowMs }: Desk) => shown?.(value, nowMs) ?? true;
  return {
    type,
    prefix,
    list: (desk) =>
      desk
        .view(kind)
        .all()
        .filter((value) => isSeen(value, desk)),
    retag: (desk, id, change) => {
      const value = mustSee(desk, kind, { id, missing });
      if (!isSeen(value, desk)) throw missing(id);
      desk.put(kind, id, { ...value, tags: change(value.tags) });
    },
  };
}

const KEY_PAIR_DRAWER: Drawer = {
  type: 'key-pair',
  prefix: 'key-',
  list: (desk) => desk.view(KEY_PAIRS).all(),
  retag: (desk, id, change) => {
    const pair = desk.truth(KEY_PAIRS).find((candidate) => candidate.id === id);
    if (pair === undefined) throw missingKeyPair(id);
    desk.put(KEY_PAIRS, pair.name, { ...pair, tags: change(pair.tags) });
  },
};

const DRAWERS: readonly Drawer[] = [
  drawer('vpc', 'vpc-', { kind: VPCS, missing: missingVpc }),
  drawer('subnet', 'subnet-', { kind: SUBNETS, missing: missingSubnet }),
  drawer('internet-gateway', 'igw-', { kind: INTERNET_GATEWAYS, missing: missingGateway }),
  drawer('route-table', 'rtb-', { kind: ROUTE_TABLES, missing: missingRouteTable }),
  drawer('security-group', 'sg-', { kind: SECURITY_GROUPS, missing: missingGroup }),
  drawer('instance', 'i-', { kind: INSTANCES, missing: missingInstance, shown: isShown }),
  drawer('volume', 'vol-', { kind: VOLUMES, missing: missingVolume, shown: isVolumeThere }),
  drawer('elastic-ip', 'eipalloc-', { kind: ADDRESSES, missing: missingAddress }),
  drawer('natgateway', 'nat-', { kind: NAT_GATEWAYS, missing: missingNatGateway, shown: isNatShown }),
  KEY_PAIR_DRAWER,
];

function drawerOf(id: string): Drawer {
  const found = DRAWERS.find(({ prefix }) => id.startsWith(prefix));
  if (found === undefined) throw fault('InvalidID', `The ID '${id}' is not valid`);
  return found;
}
