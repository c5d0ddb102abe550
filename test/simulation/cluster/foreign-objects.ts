import type { Account } from '#providers/simulator/account.ts';
import { LENT_DOMAIN, LENT_NETWORK, REGION } from './cluster-specs.ts';
import { isRecord } from './mirror.ts';

const OTHER_UID = 'somebodyelse0001';

const THEIR_TAGS = [
  { Key: 'bootstrap:cluster', Value: OTHER_UID },
  { Key: 'bootstrap:instance', Value: 'theirinstance0001' },
];
const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';

/** What others have in the account: another cluster, things without any tag, and some that look like ours. */
export function addForeignObjects(account: Account, nowMs: number): void {
  const ask: Ask = (service, operation, input) => {
    const answer: unknown = account.execute({ region: REGION, service, operation, input }, nowMs);
    return new Answer(answer);
  };
  const tagged = (type: string) => [{ ResourceType: type, Tags: THEIR_TAGS }];
  ask('ec2', 'CreateVpc', { CidrBlock: '10.20.0.0/16' });
  const theirs = ask('ec2', 'CreateVpc', { CidrBlock: '10.20.0.0/16', TagSpecifications: tagged('vpc') });
  const VpcId = theirs.text('Vpc', 'VpcId');
  const subnet = { VpcId, CidrBlock: '10.20.0.0/19', AvailabilityZone: `${REGION}a` };
  const SubnetId = ask('ec2', 'CreateSubnet', { ...subnet, TagSpecifications: tagged('subnet') }).text(
    'Subnet',
    'SubnetId',
  );
  const gateway = ask('ec2', 'CreateInternetGateway', { TagSpecifications: tagged('internet-gateway') });
  ask('ec2', 'AttachInternetGateway', {
    VpcId,
    InternetGatewayId: gateway.text('InternetGateway', 'InternetGatewayId'),
  });
  addLent(ask);
  const group = { VpcId, GroupName: 'machines', Description: 'theirs', TagSpecifications: tagged('security-group') };
  const GroupId = ask('ec2', 'CreateSecurityGroup', group).text('GroupId');
  ask('iam', 'CreateRole', {
    RoleName: `bootstrap-${OTHER_UID}-converged`,
    AssumeRolePolicyDocument: TRUST,
    Tags: THEIR_TAGS,
  });
  ask('iam', 'CreateRole', { RoleName: 'converged', AssumeRolePolicyDocument: TRUST });
  ask('iam', 'CreateInstanceProfile', { InstanceProfileName: `bootstrap-${OTHER_UID}-converged`, Tags: THEIR_TAGS });
  ask('kms', 'CreateKey', { Description: 'theirs' });
  const reference = `bootstrap:${OTHER_UID}:theirinstance0001`;
  ask('route53', 'CreateHostedZone', { Name: 'sites.example.com', CallerReference: reference });
  const zone = ask('route53', 'CreateHostedZone', { Name: 'sites.example.com', CallerReference: 'theirs' });
  const record = { Name: 'api.sites.example.com', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] };
  ask('route53', 'ChangeResourceRecordSets', {
    HostedZoneId: zone.text('HostedZone', 'Id'),
    ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: record }] },
  });
  // It leads to the cluster's own zone as long as that is there.
  ask('route53', 'CreateHostedZone', { Name: 'example.com', CallerReference: 'theirs above' });
  const place = { LocationConstraint: REGION };
  ask('s3', 'CreateBucket', { Bucket: `bootstrap-${OTHER_UID}`, CreateBucketConfiguration: place });
  ask('s3', 'PutObject', { Bucket: `bootstrap-${OTHER_UID}`, Key: 'mailbox/theirs/hello', Body: 'theirs' });
  const image = ask('ec2', 'DescribeImages', {
    Owners: ['136693071363'],
    Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
  });
  const machine = { ClientToken: 'theirs', MinCount: 1, MaxCount: 1, InstanceType: 't3.large', SubnetId };
  ask('ec2', 'RunInstances', {
    ...machine,
    ImageId: image.text('Images', '0', 'ImageId'),
    SecurityGroupIds: [GroupId],
    TagSpecifications: tagged('instance'),
  });
}

type Ask = (service: string, operation: string, input: object) => Answer;

/** What a cluster may be let into: a network that somebody else lives in as well, and a zone with records of theirs. */
function addLent(ask: Ask): void {
  const VpcId = ask('ec2', 'CreateVpc', { CidrBlock: '10.30.0.0/16' }).text('Vpc', 'VpcId');
  if (VpcId !== LENT_NETWORK) throw new RangeError(`The network that is lent is called ${VpcId}.`);
  const InternetGatewayId = ask('ec2', 'CreateInternetGateway', {}).text('InternetGateway', 'InternetGatewayId');
  ask('ec2', 'AttachInternetGateway', { VpcId, InternetGatewayId });
  ask('ec2', 'CreateSubnet', { VpcId, CidrBlock: '10.30.0.0/19', AvailabilityZone: `${REGION}a` });
  ask('ec2', 'CreateSecurityGroup', { VpcId, GroupName: 'machines', Description: 'of whoever lends it' });
  const zone = ask('route53', 'CreateHostedZone', { Name: LENT_DOMAIN, CallerReference: 'lent' });
  const record = { Name: `www.${LENT_DOMAIN}`, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.2' }] };
  ask('route53', 'ChangeResourceRecordSets', {
    HostedZoneId: zone.text('HostedZone', 'Id'),
    ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: record }] },
  });
}

class Answer {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  text(...path: readonly string[]): string {
    const found = path.reduce<unknown>((value, key) => {
      if (Array.isArray(value)) return value[Number(key)];
      return isRecord(value) ? value[key] : undefined;
    }, this.#value);
    if (typeof found !== 'string') throw new RangeError(`There is no ${path.join('.')} in the answer.`);
    return found;
  }
}
