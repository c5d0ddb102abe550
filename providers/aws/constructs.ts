import { parseAddress } from '#engine/address.ts';
import type { Declared } from '#engine/blueprint.ts';
import type { Constructs, FirewallRule, Scope } from '#provider/constructs.ts';
import { sha256Hex } from '#std/hash.ts';
import { smallestMachines } from './catalogue.ts';
import { address } from './ec2/address.ts';
import { declareBalancer } from './balancer.ts';
import { declareDelegation } from './declare-delegation.ts';
import { declareRecord, declareZone } from './dns.ts';
import { image } from './ec2/image.ts';
import { keyPair } from './ec2/key-pair.ts';
import { securityGroup } from './ec2/security-group.ts';
import { securityGroupRules } from './ec2/security-group-rules.ts';
import { iamInstanceProfile } from './iam/instance-profile.ts';
import { iamRole } from './iam/role.ts';
import { kmsKey } from './kms/key.ts';
import { hiddenOutput } from './hidden-output.ts';
import { declareMachine } from './machine.ts';
import { declareNetwork } from './network.ts';
import { bucketNameOf, s3Bucket } from './s3/bucket.ts';

const STATE_KEY = 'state.key';

/** What the cluster layer asks for, as resources of AWS. */
export const awsConstructs: Constructs = {
  stateKey({ builder, clusterName, tags }) {
    const description = `State of the cluster ${clusterName}`;
    const key = builder.declare(kmsKey, STATE_KEY, { description, tags });
    return { address: key.address, id: key.output('id') };
  },

  stateBucket({ builder, uid, tags }, { key }) {
    const name = bucketNameOf(uid);
    const bucket = builder.declare(s3Bucket, 'state.bucket', { name, key: hiddenOutput(key.address, 'arn'), tags });
    return { address: bucket.address, name };
  },

  machineRole(scope, { name, bucket, bringsSnapshots }) {
    const key = hiddenOutput(parseAddress(STATE_KEY), 'arn');
    const { tags } = scope;
    const inputs = { name: nameFor(scope, name), bucket: bucket.name, key, bringsSnapshots, tags };
    const role = scope.builder.declare(iamRole, `role.${name}`, inputs);
    const profile = scope.builder.declare(iamInstanceProfile, `role.${name}.profile`, {
      name: nameFor(scope, name),
      role: role.output('name'),
      tags,
    });
    return { address: profile.address, profile: profile.output('name') };
  },

  zone: declareZone,
  delegation: declareDelegation,
  record: declareRecord,

  network: declareNetwork,

  address({ builder, region, tags }, { name }) {
    const made = builder.declare(address, `${region}.address.${name}`, { tags });
    return { address: made.address, id: made.output('allocationId'), publicAddress: made.output('publicAddress') };
  },

  balancer: declareBalancer,

  firewall(scope, { name, network }) {
    const group = scope.builder.declare(securityGroup, `${scope.region}.firewall.${name}`, {
      vpcId: network.id,
      name: nameFor(scope, name),
      description: `${name} of the cluster ${scope.clusterName}`,
      tags: scope.tags,
    });
    return idOf(group, 'groupId');
  },

  firewallRules({ builder, region }, { name, firewall, ingress }) {
    const inputs = { groupId: firewall.id, ingress: ingress.map(ruleFor) };
    return builder.declare(securityGroupRules, `${region}.firewall.${name}.rules`, inputs);
  },

  key(scope, { publicKey }) {
    // Another key is another name: it is there before the old one goes.
    const name = nameFor(scope, `operator-${sha256Hex(publicKey).slice(0, 8)}`);
    const key = scope.builder.declare(keyPair, `${scope.region}.key`, { name, publicKey, tags: scope.tags });
    return { address: key.address, name: key.output('name') };
  },

  image({ builder, region }, { system, architecture, id }) {
    const inputs = { system, architecture, ...(id === undefined ? {} : { id }) };
    return idOf(builder.declare(image, `${region}.image.${architecture}`, inputs), 'imageId');
  },

  smallestMachines,

  machine: declareMachine,
};

/** Where the whole account has one space of names, and where people look: the uid is in it. */
function nameFor({ uid }: Scope, name: string): string {
  return `bootstrap-${uid}-${name}`;
}

function idOf<Outputs, Key extends keyof Outputs & string>(declared: Declared<Outputs>, key: Key) {
  return { address: declared.address, id: declared.output(key) };
}

function ruleFor({ protocol, ports, from, purpose }: FirewallRule) {
  const source = 'cidr' in from ? from.cidr : from.firewall.id;
  return { protocol, ...(ports === undefined ? {} : { ports }), source, purpose };
}
