import { CreateSecurityGroupCommand, DeleteSecurityGroupCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { listed, present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { ofSecurityGroup } from './blockers.ts';
import { byEc2 } from './taggings.ts';

const Outputs = z.strictObject({ groupId: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** A firewall without a hole for what comes in; what goes out is free, as EC2 makes it. */
export const securityGroup = tagged(byEc2('groupId'), {
  kind: 'aws.ec2.security-group',
  inputs: z.strictObject({ vpcId: z.string(), name: z.string(), description: z.string(), ...TAGS }),
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['vpcId', 'name', 'description'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['groupId'],
  idOf: ({ groupId }) => groupId,

  async observe({ listings }, context, { inputs, last }) {
    const found =
      last === undefined
        ? (await listings.securityGroups.where(context, 'vpc-id', inputs.vpcId)).find(
            ({ GroupName }) => GroupName === inputs.name,
          )
        : await listings.securityGroups.findById(context, last.groupId);
    return found === undefined ? ABSENT : present(outputsOf(found), found.Tags);
  },

  async create(aws, context, { vpcId: VpcId, name: GroupName, description: Description }) {
    const tags = [{ ResourceType: 'security-group', Tags: ownerTags(context) } as const];
    const request = new CreateSecurityGroupCommand({ VpcId, GroupName, Description, TagSpecifications: tags });
    return outputsOf(await aws.ec2.mutate(context, 'create the security group', request));
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { groupId: GroupId }) {
    await aws.ec2.remove(context, 'delete the security group', new DeleteSecurityGroupCommand({ GroupId }));
  },

  blockers: (aws, context, { groupId }) => ofSecurityGroup(aws, context, groupId),

  async list(aws, context) {
    return listed(await aws.listings.securityGroups.ofCluster(context), outputsOf);
  },
});

function outputsOf({ GroupId }: { readonly GroupId?: string | undefined }): Outputs {
  return { groupId: answered(GroupId, 'GroupId') };
}
