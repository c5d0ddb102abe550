import { parseAddress } from '#engine/address.ts';
import type { Declared } from '#engine/blueprint.ts';
import type { Constructs, FirewallRule, Scope } from '#provider/constructs.ts';
import { sha256Hex } from '#std/hash.ts';
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
import { route53Record } from './route53/record.ts';
import { route53Zone } from './route53/zone.ts';
import { bucketNameOf, s3Bucket } from './s3/bucket.ts';

const STATE_KEY = 'state.key';

/** What the cluster layer asks for, as resources of AWS. */
export const awsConstructs: Constructs = {
  stateKey({ builder, clusterName }) {
    const key = builder.declare(kmsKey, STATE_KEY, { description: `State of the cluster ${clusterName}` });
    return { address: key.address, id: key.output('id') };
  },

  stateBucket({ builder, uid }, { key }) {
    const name = bucketNameOf(uid);
    const bucket = builder.declare(s3Bucket, 'state.bucket', { name, key: hiddenOutput(key.address, 'arn') });
    return { address: bucket.address, name };
  },

  machineRole(scope, { name, bucket }) {
    const key = hiddenOutput(parseAddress(STATE_KEY), 'arn');
    const inputs = { name: nameFor(scope, name), bucket: bucket.name, key };
    const role = scope.builder.declare(iamRole, `role.${name}`, inputs);
    const profile = scope.builder.declare(iamInstanceProfile, `role.${name}.profile`, {
      name: nameFor(scope, name),
      role: role.output('name'),
    });
    return { address: profile.address, profile: profile.output('name') };
  },

  zone({ builder }, { domain }) {
    const zone = builder.declare(route53Zone, 'zone', { domain });
    return { address: zone.address, id: zone.output('zoneId') };
  },

  record({ builder }, { name, zone, domainName, ...record }) {
    const inputs = { ...record, zoneId: zone.id, name: domainName };
    builder.declare(route53Record, `record.${name}`, inputs, { within: zone.address });
  },

  network: declareNetwork,

  firewall(scope, { name, network }) {
    const group = scope.builder.declare(securityGroup, `${scope.region}.firewall.${name}`, {
      vpcId: network.id,
      name: nameFor(scope, name),
      description: `${name} of the cluster ${scope.clusterName}`,
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
    const key = scope.builder.declare(keyPair, `${scope.region}.key`, { name, publicKey });
    return { address: key.address, name: key.output('name') };
  },

  image({ builder, region }, { system, architecture }) {
    return idOf(builder.declare(image, `${region}.image.${architecture}`, { system, architecture }), 'imageId');
  },

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
