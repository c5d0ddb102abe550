import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  type Role,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { z } from 'zod';
import { ABSENT, type ListContext, type ResourceContext } from '#engine/resource.ts';
import { mapLimit } from '#std/map-limit.ts';
import { answered, unlessAbsent } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import { listed, present } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { type Retag, tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { documentMeaning, documentText } from './document-text.ts';
import { accessPolicy, machinesTrust } from './policies.ts';

/** The one inline policy that is ours to write. */
const POLICY_NAME = 'access';
const AT_ONCE = 8;

const Outputs = z.strictObject({
  name: z.string(),
  arn: z.string(),
  /** What the documents that IAM has mean, in one spelling. */
  trust: z.string(),
  policy: z.string().optional(),
  ...TAGS,
});
type Outputs = Readonly<z.output<typeof Outputs>>;
type Session = Pick<AwsSession, 'iam'>;

const retagRole: Retag<Pick<Outputs, 'name'>> = async ({ iam }, context, { name: RoleName }, { put, drop }) => {
  if (put.length > 0) {
    await iam.mutate(context, 'tag the role', new TagRoleCommand({ RoleName, Tags: [...put] }));
  }
  if (drop.length > 0) {
    await iam.mutate(context, 'take tags from the role', new UntagRoleCommand({ RoleName, TagKeys: [...drop] }));
  }
};

/** What machines of one role may do at the provider. */
export const iamRole = tagged(retagRole, {
  kind: 'aws.iam.role',
  inputs: z.strictObject({
    name: z.string(),
    bucket: z.string(),
    key: z.string(),
    bringsSnapshots: z.boolean(),
    ...TAGS,
  }),
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name'],
  replaceOrder: 'create-first',
  stableOutputs: ['name', 'arn'],
  idOf: ({ arn }) => arn,

  async observe(session, context, { inputs: { name } }) {
    const [role, document] = await Promise.all([getRole(session, context, name), getPolicy(session, context, name)]);
    if (role === undefined) return ABSENT;
    return present(outputsOf(role, document), role.Tags);
  },

  async create({ iam, region }, context, { name }) {
    const command = new CreateRoleCommand({
      RoleName: name,
      Path: pathOf(context),
      AssumeRolePolicyDocument: documentText(machinesTrust(region)),
      Tags: ownerTags(context),
    });
    const { Role: made } = await iam.mutate(context, 'create the role', command);
    return outputsOf(answered(made, 'Role'), undefined);
  },

  async sync({ iam, region }, context, { name, ...reach }, observed) {
    const trust = documentText(machinesTrust(region));
    const policy = documentText(accessPolicy(reach));
    const synced = { ...observed, trust: documentMeaning(trust), policy: documentMeaning(policy) };
    if (observed.trust !== synced.trust) {
      const command = new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: trust });
      await iam.mutate(context, 'say who may take the role', command);
    }
    if (observed.policy !== synced.policy) {
      const command = new PutRolePolicyCommand({ RoleName: name, PolicyName: POLICY_NAME, PolicyDocument: policy });
      await iam.mutate(context, 'say what the role may do', command);
    }
    return synced;
  },

  async destroy({ iam }, context, { name }) {
    await removePolicies({ iam }, context, name);
    await iam.remove(context, 'delete the role', new DeleteRoleCommand({ RoleName: name }));
  },

  /** IAM keeps a role that is in a profile. */
  async blockers({ iam }, context, { name: RoleName }) {
    const profiles = await everyPage(async (Marker) => {
      const command = new ListInstanceProfilesForRoleCommand({ RoleName, Marker });
      const page = await iam.read(context, 'list the profiles that the role is in', command);
      return { items: page.InstanceProfiles ?? [], next: page.Marker };
    });
    return profiles.map(({ Arn = '', Path = '' }) => {
      const isOurs = Path === pathOf(context);
      return `instance profile ${Arn} (${isOurs ? "this cluster's own" : 'not of this cluster'})`;
    });
  },

  async list(session, context) {
    return listed(await rolesInPath(session, context), (role) => outputsOf(role, undefined));
  },
});

/** Roles and profiles of a cluster have a path of their own, so that they are listed without all others. */
export function pathOf({ cluster }: Pick<ListContext, 'cluster'>): string {
  return `/bootstrap/${cluster}/`;
}

/** Every role in the cluster's path, with its tags. */
export async function rolesInPath({ iam }: Session, context: ListContext): Promise<readonly Role[]> {
  const names = await everyPage(async (Marker) => {
    const page = await iam.read(
      context,
      'list the roles',
      new ListRolesCommand({ PathPrefix: pathOf(context), Marker }),
    );
    return { items: page.Roles ?? [], next: page.Marker };
  });
  const roles = await mapLimit(names, AT_ONCE, ({ RoleName = '' }) => getRole({ iam }, context, RoleName));
  return roles.flatMap((role) => role ?? []);
}

type Reading = Pick<ResourceContext, 'read'>;

async function getRole({ iam }: Session, context: Reading, RoleName: string): Promise<Role | undefined> {
  const seen = await unlessAbsent(iam.read(context, 'look at the role', new GetRoleCommand({ RoleName })));
  return seen?.Role;
}

async function getPolicy({ iam }: Session, context: Reading, RoleName: string): Promise<string | undefined> {
  const command = new GetRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME });
  const seen = await unlessAbsent(iam.read(context, 'look at the policy of the role', command));
  return seen?.PolicyDocument;
}

/** IAM keeps a role as long as it has a policy, also one that somebody else gave it. */
async function removePolicies({ iam }: Session, context: ResourceContext, RoleName: string): Promise<void> {
  const inline = await everyPage(async (Marker) => {
    const command = new ListRolePoliciesCommand({ RoleName, Marker });
    const page = await iam.read(context, 'list the policies of the role', command);
    return { items: page.PolicyNames ?? [], next: page.Marker };
  });
  for (const PolicyName of inline) {
    const command = new DeleteRolePolicyCommand({ RoleName, PolicyName });
    await unlessAbsent(iam.remove(context, 'delete a policy of the role', command));
  }
  const attached = await everyPage(async (Marker) => {
    const command = new ListAttachedRolePoliciesCommand({ RoleName, Marker });
    const page = await iam.read(context, 'list the policies attached to the role', command);
    return { items: page.AttachedPolicies ?? [], next: page.Marker };
  });
  for (const { PolicyArn } of attached) {
    const command = new DetachRolePolicyCommand({ RoleName, PolicyArn });
    await unlessAbsent(iam.remove(context, 'detach a policy from the role', command));
  }
}

function outputsOf({ RoleName, Arn, AssumeRolePolicyDocument }: Role, policy: string | undefined): Outputs {
  return {
    name: answered(RoleName, 'RoleName'),
    arn: answered(Arn, 'Arn'),
    trust: documentMeaning(AssumeRolePolicyDocument ?? ''),
    ...(policy === undefined ? {} : { policy: documentMeaning(policy) }),
  };
}
