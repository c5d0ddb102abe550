import type { IamInstanceProfileAssociation } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import type { InstanceProfile } from '../instance-profiles.ts';
import { helloOf, stateAt } from '../machine-life.ts';
import { findInstance, type Instance, INSTANCES, isThere, type ProfileAssociation } from './instance.ts';
import { LISTING, listed, notFound } from './listing.ts';
import { ec2Operation, request } from './request.ts';
import { AskedProfile, usableProfile } from './usable-profile.ts';

const ASSOCIATING_MS = 1_000;
const missingAssociation = notFound('InvalidAssociationID.NotFound', 'association ID');

/** The tie to a profile that begins now. */
export function associate({ id, arn }: InstanceProfile, { chance, nowMs }: Desk): ProfileAssociation {
  return { associationId: chance.ec2Id('iip-assoc'), id, arn, sinceMs: nowMs };
}

const associateIamInstanceProfile = ec2Operation({
  name: 'AssociateIamInstanceProfile',
  input: request({ IamInstanceProfile: AskedProfile, InstanceId: z.string() }),
  run: ({ IamInstanceProfile, InstanceId: id }, desk) => {
    const instance = findInstance(desk, id);
    if (!isRunning(instance, desk)) {
      throw fault('IncorrectInstanceState', `The instance '${id}' is not in the 'running' or 'stopped' states.`);
    }
    if (instance.profile !== undefined) {
      throw fault('IncorrectState', `There is an existing association for instance ${id}`);
    }
    return tie(instance, IamInstanceProfile, desk);
  },
});

const describeIamInstanceProfileAssociations = ec2Operation({
  name: 'DescribeIamInstanceProfileAssociations',
  input: request({ AssociationIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const stateOf = ({ profile }: Tied): string => stateSince(profile, desk);
    const seen = desk
      .view(INSTANCES)
      .all()
      .filter((instance) => isThere(instance, desk.nowMs))
      .flatMap((instance) => tiedOf(instance) ?? []);
    const { items, nextToken } = listed(desk, seen, {
      asked: input,
      ids: input.AssociationIds,
      missing: missingAssociation,
      fields: { 'instance-id': ({ instanceId }) => [instanceId], state: (tied) => [stateOf(tied)] },
    });
    return {
      IamInstanceProfileAssociations: items.map(({ instanceId, profile }) => shown(instanceId, profile, desk)),
      NextToken: nextToken,
    };
  },
});

/** Ends one association and begins another, with an id of its own. */
const replaceIamInstanceProfileAssociation = ec2Operation({
  name: 'ReplaceIamInstanceProfileAssociation',
  input: request({ IamInstanceProfile: AskedProfile, AssociationId: z.string() }),
  run: ({ IamInstanceProfile, AssociationId: id }, desk) => {
    const instance = findTied(desk, id);
    if (!isRunning(instance, desk)) {
      throw fault('IncorrectState', `The association ${id} is not the active association`);
    }
    return tie(instance, IamInstanceProfile, desk);
  },
});

const disassociateIamInstanceProfile = ec2Operation({
  name: 'DisassociateIamInstanceProfile',
  input: request({ AssociationId: z.string() }),
  run: ({ AssociationId: id }, desk) => {
    const { profile, ...instance } = findTied(desk, id);
    desk.put(INSTANCES, instance.id, instance);
    return {
      IamInstanceProfileAssociation: profile && { ...shown(instance.id, profile, desk), State: 'disassociating' },
    };
  },
});

export const profileAssociationOperations = [
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  replaceIamInstanceProfileAssociation,
  disassociateIamInstanceProfile,
];

/** An association as listings have it. It has no tags. */
interface Tied {
  readonly id: string;
  readonly instanceId: string;
  readonly profile: ProfileAssociation;
  readonly tags: Readonly<Record<string, string>>;
}

function tiedOf({ id: instanceId, profile }: Instance): Tied | undefined {
  return profile && { id: profile.associationId, instanceId, profile, tags: {} };
}

function tie(instance: Instance, asked: z.output<typeof AskedProfile>, desk: Desk): object {
  const profile = associate(usableProfile(asked, desk), desk);
  const helloAtMs = instance.helloAtMs ?? helloOf(instance, desk.nowMs);
  desk.put(INSTANCES, instance.id, { ...instance, profile, helloAtMs });
  return { IamInstanceProfileAssociation: shown(instance.id, profile, desk) };
}

/** The instance of an association as it is, if the caller can see the association already. */
function findTied(desk: Desk, associationId: string): Instance {
  const isTied = ({ profile }: Instance): boolean => profile?.associationId === associationId;
  const instance = desk.truth(INSTANCES).find((one) => isTied(one) && isThere(one, desk.nowMs));
  const seen = instance && desk.view(INSTANCES).get(instance.id);
  if (instance === undefined || seen === undefined || !isTied(seen)) throw missingAssociation(associationId);
  return instance;
}

function isRunning(instance: Instance, { nowMs }: Desk): boolean {
  return stateAt(instance, nowMs) === 'running';
}

function stateSince({ sinceMs }: ProfileAssociation, { nowMs }: Desk): 'associating' | 'associated' {
  return nowMs < sinceMs + ASSOCIATING_MS ? 'associating' : 'associated';
}

function shown(InstanceId: string, profile: ProfileAssociation, desk: Desk): IamInstanceProfileAssociation {
  const { associationId: AssociationId, id: Id, arn: Arn } = profile;
  return { AssociationId, InstanceId, IamInstanceProfile: { Arn, Id }, State: stateSince(profile, desk) };
}
