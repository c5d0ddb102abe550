import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  type InstanceProfile,
  ListInstanceProfilesCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, type ListContext, type ResourceContext } from '#engine/resource.ts';
import { mapLimit } from '#std/map-limit.ts';
import { sameValue } from '#std/same-value.ts';
import { answered, unlessAbsent } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import { listed, present } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { type Retag, tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { pathOf } from './role.ts';

const AT_ONCE = 8;

const Outputs = z.strictObject({
  name: z.string(),
  arn: z.string(),
  /** Another one when it is made anew. */
  id: z.string(),
  roles: z.array(z.string()).readonly(),
  ...TAGS,
});
type Outputs = Readonly<z.output<typeof Outputs>>;
type Session = Pick<AwsSession, 'iam'>;

const retagProfile: Retag<Pick<Outputs, 'name'>> = async ({ iam }, context, { name }, { put, drop }) => {
  const place = { InstanceProfileName: name };
  if (put.length > 0) {
    const command = new TagInstanceProfileCommand({ ...place, Tags: [...put] });
    await iam.mutate(context, 'tag the instance profile', command);
  }
  if (drop.length > 0) {
    const command = new UntagInstanceProfileCommand({ ...place, TagKeys: [...drop] });
    await iam.mutate(context, 'take tags from the instance profile', command);
  }
};

/** What gives a machine its role. */
export const iamInstanceProfile = tagged(retagProfile, {
  kind: 'aws.iam.instance-profile',
  inputs: z.strictObject({ name: z.string(), role: z.string(), ...TAGS }),
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name'],
  replaceOrder: 'create-first',
  stableOutputs: ['name', 'arn', 'id'],
  idOf: ({ arn }) => arn,

  async observe(session, context, { inputs: { name } }) {
    const profile = await getProfile(session, context, name);
    if (profile === undefined) return ABSENT;
    return present(outputsOf(profile), profile.Tags);
  },

  async create({ iam }, context, { name }) {
    const command = new CreateInstanceProfileCommand({
      InstanceProfileName: name,
      Path: pathOf(context),
      Tags: ownerTags(context),
    });
    const { InstanceProfile: made } = await iam.mutate(context, 'create the instance profile', command);
    return outputsOf(answered(made, 'InstanceProfile'));
  },

  async sync(session, context, { name, role }, observed) {
    if (sameValue(observed.roles, [role])) return observed;
    await removeRoles(session, context, { ...observed, roles: observed.roles.filter((other) => other !== role) });
    if (!observed.roles.includes(role)) await addRole(session, context, { name, role });
    return { ...observed, roles: [role] };
  },

  async destroy(session, context, observed) {
    await removeRoles(session, context, observed);
    const command = new DeleteInstanceProfileCommand({ InstanceProfileName: observed.name });
    await session.iam.remove(context, 'delete the instance profile', command);
  },

  async list(session, context) {
    return listed(await profilesInPath(session, context), outputsOf);
  },
});

/** Every instance profile in the cluster's path, with its tags. */
export async function profilesInPath({ iam }: Session, context: ListContext): Promise<readonly InstanceProfile[]> {
  const names = await everyPage(async (Marker) => {
    const command = new ListInstanceProfilesCommand({ PathPrefix: pathOf(context), Marker });
    const page = await iam.read(context, 'list the instance profiles', command);
    return { items: page.InstanceProfiles ?? [], next: page.Marker };
  });
  const profiles = await mapLimit(names, AT_ONCE, ({ InstanceProfileName = '' }) =>
    getProfile({ iam }, context, InstanceProfileName),
  );
  return profiles.flatMap((profile) => profile ?? []);
}

async function getProfile(
  { iam }: Session,
  context: Pick<ResourceContext, 'read'>,
  InstanceProfileName: string,
): Promise<InstanceProfile | undefined> {
  const command = new GetInstanceProfileCommand({ InstanceProfileName });
  const seen = await unlessAbsent(iam.read(context, 'look at the instance profile', command));
  return seen?.InstanceProfile;
}

async function addRole(
  { iam }: Session,
  context: ResourceContext,
  { name, role }: { readonly name: string; readonly role: string },
): Promise<void> {
  try {
    const command = new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: role });
    await iam.mutate(context, 'put the role into the instance profile', command);
  } catch (error) {
    if (!isRejected(error, 'quota')) throw error;
    // A profile holds one role. Which one it has by now, an earlier request of ours or a stranger's, the next look tells.
    const message = `Another look at ${name} has to tell which role is in it.`;
    throw new CallError({ outcome: 'ambiguous', message, cause: error });
  }
}

async function removeRoles({ iam }: Session, context: ResourceContext, { name, roles }: Outputs): Promise<void> {
  for (const RoleName of roles) {
    const command = new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: name, RoleName });
    await unlessAbsent(iam.remove(context, 'take a role out of the instance profile', command));
  }
}

function outputsOf({ InstanceProfileName, InstanceProfileId, Arn, Roles = [] }: InstanceProfile): Outputs {
  return {
    name: answered(InstanceProfileName, 'InstanceProfileName'),
    arn: answered(Arn, 'Arn'),
    id: answered(InstanceProfileId, 'InstanceProfileId'),
    roles: Roles.flatMap(({ RoleName }) => RoleName ?? []),
  };
}
