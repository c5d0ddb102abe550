import { byTests, type Mutant } from './mutant.ts';

const OTHER_ZONES_TESTS = [byTests('test/providers/aws/route53/other-zones.test.ts')];
const PREFLIGHT_TESTS = [byTests('test/app/preflight.test.ts')];
const TAG_TESTS = [byTests('test/providers/aws/tagged.test.ts')];
const DATA_TESTS = [byTests('test/providers/aws/ec2/data-keeping.test.ts')];

/** Ways to touch what is somebody else's, to cost more than was said, or to say less than was seen. */
export const CLOUD_MUTANTS: readonly Mutant[] = [
  {
    name: 'a fixed address that is at a foreign machine counts as at ours',
    file: 'providers/aws/ec2/address-association.ts',
    anchor: 'address?.AssociationId === undefined || address.InstanceId !== instanceId',
    replacement: 'address?.AssociationId === undefined || instanceId === undefined',
    killers: [byTests('test/providers/aws/ec2/address.test.ts')],
  },
  {
    name: 'an address is not waited for that a NAT gateway has not let go of',
    file: 'providers/aws/problems.ts',
    anchor: "name === 'AuthFailure' && /permission to access the specified resource/i.test(message);",
    replacement: "name === 'AuthFailure' && message === '';",
    killers: [byTests('test/providers/aws/ec2/private-network.test.ts')],
  },
  {
    name: 'a route that somebody has taken away meanwhile is a wrong request',
    file: 'providers/aws/ec2/route.ts',
    anchor: "if (!isRejected(error, 'invalid')) throw error;",
    replacement: 'if (isRejected(error, "invalid")) throw error;',
    killers: [byTests('test/providers/aws/ec2/route.test.ts')],
  },
  {
    name: 'an existing network goes with the choice of it',
    file: 'providers/aws/ec2/existing-network.ts',
    anchor: 'async destroy(aws, { instanceId }) {\n    aws.dismissed.add(instanceId);',
    replacement: `async destroy(aws, context, { vpcId: VpcId, gatewayId: InternetGatewayId }) {
    const { DeleteVpcCommand, DetachInternetGatewayCommand } = await import('@aws-sdk/client-ec2');
    aws.dismissed.add(context.instanceId);
    await aws.ec2.remove(context, 'detach', new DetachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    await aws.ec2.remove(context, 'delete', new DeleteVpcCommand({ VpcId }));`,
    killers: [byTests('test/providers/aws/ec2/existing-network.test.ts')],
  },
  {
    name: 'a record that somebody has in the existing zone is overwritten',
    file: 'providers/aws/route53/record.ts',
    anchor: "[{ Action: 'CREATE', ResourceRecordSet: toSent(wanted) }]",
    replacement: "[{ Action: 'UPSERT', ResourceRecordSet: toSent(wanted) }]",
    killers: OTHER_ZONES_TESTS,
  },
  {
    name: 'a private zone is made for everybody',
    file: 'providers/aws/route53/zone.ts',
    anchor: 'vpcId === undefined ? {} : privateTo(aws, vpcId);',
    replacement: 'vpcId === undefined ? privateTo(aws, "") : {};',
    killers: OTHER_ZONES_TESTS,
  },
  {
    name: 'a spot machine is launched on demand, and nobody is told',
    file: 'providers/aws/ec2/launch-request.ts',
    anchor: '...(inputs.isSpot === true ? { InstanceMarketOptions: SPOT_MARKET } : {}),',
    replacement: '',
    killers: [byTests('test/providers/aws/ec2/spot.test.ts')],
  },
  {
    name: 'of a machine that keeps its data only the first disk stays',
    file: 'providers/aws/ec2/data-keeping.ts',
    anchor: 'BlockDeviceMappings: names.map(',
    replacement: 'BlockDeviceMappings: names.slice(0, 1).map(',
    killers: DATA_TESTS,
  },
  {
    name: 'one disk that stays stands for all',
    file: 'providers/aws/ec2/data-keeping.ts',
    anchor: 'kept.length > 0 && (keepsData !== true || kept.length === names.size)',
    replacement: 'kept.length > 0',
    killers: DATA_TESTS,
  },
  {
    name: 'what stands in the way of a network goes unnamed',
    file: 'providers/aws/ec2/blockers.ts',
    anchor:
      '...own.map(({ GroupId, GroupName, Tags }) => told(context, `security group ${GroupId} "${GroupName}"`, Tags)),',
    replacement: '',
    killers: [byTests('test/providers/aws/ec2/blockers.test.ts')],
  },
  {
    name: 'the operator is told to need less than is sent',
    file: 'providers/aws/permission-table.ts',
    anchor: '  DescribeNetworkInterfaces: of(blockers),\n',
    replacement: '',
    killers: [byTests('test/providers/aws/permissions.test.ts')],
  },
  {
    name: 'a question of the preflight that got no answer is not told',
    file: 'providers/aws/preflight/preflight.ts',
    anchor: 'return [unlooked(check.name, error)];',
    replacement: 'return [unlooked(check.name, error)].slice(1);',
    killers: [byTests('test/providers/aws/preflight/preflight.test.ts')],
  },
  {
    name: 'a run goes on although the preflight has found it impossible',
    file: 'src/app/preflight.ts',
    anchor: 'tellPreflight(run, findings);\n  refuseBad(findings);',
    replacement: 'tellPreflight(run, findings);',
    killers: PREFLIGHT_TESTS,
  },
  {
    name: 'a file is in force before it is known whether it can be',
    file: 'src/app/bring-up.ts',
    anchor: 'const demand = await foreseeDemand(cluster, bucket, spec);',
    replacement:
      'await putInForce(workstation, cluster, bucket, intention);\n  const demand = await foreseeDemand(cluster, bucket, spec);',
    killers: PREFLIGHT_TESTS,
  },
  {
    name: 'what is destroyed goes on costing',
    file: 'src/app/cost.ts',
    anchor: "after: action === 'leave' ? there : undefined",
    replacement: 'after: action.length > 0 ? there : undefined',
    killers: [byTests('test/app/cost.test.ts')],
  },
  {
    name: 'an emulator may be AWS itself',
    file: 'src/app/emulator.ts',
    anchor: 'if (leaving.length > 0) throw refused(leaving);',
    replacement: 'if (leaving.length > endpoints.size) throw refused(leaving);',
    killers: [byTests('test/app/emulator.test.ts')],
  },
  {
    name: 'the signature of a report says nothing of its text',
    file: 'src/app/acceptance-report.ts',
    anchor: 'if (isSignedBy(signature.publicKey, canonicalJson(report), signature.value)) {',
    replacement:
      'if (isSignedBy(signature.publicKey, canonicalJson(report), signature.value) || report.format === 1) {',
    killers: [byTests('test/app/acceptance.test.ts')],
  },
  {
    name: 'the API is open to everybody',
    file: 'src/cluster/balancer.ts',
    anchor: 'entrance === API_ENTRANCE ? access.from : [ANYWHERE]',
    replacement: 'entrance === API_ENTRANCE && access.from.length === 0 ? access.from : [ANYWHERE]',
    killers: [byTests('test/cluster/names.test.ts')],
  },
  {
    name: 'a port that is opened to some is open to everybody',
    file: 'src/cluster/balancer.ts',
    anchor: 'const from = entrance.from ?? ',
    replacement: 'const from = ',
    killers: [byTests('test/cluster/names.test.ts')],
  },
  {
    name: 'a tag of somebody else goes when ours change',
    file: 'providers/aws/tags.ts',
    anchor: 'keys.has(Key) ? [[Key, Value] as const] : []',
    replacement: "keys.has(Key) || !(Key === 'Name' || Key.startsWith('bootstrap:')) ? [[Key, Value] as const] : []",
    killers: TAG_TESTS,
  },
  {
    name: 'what somebody has tagged to the bucket is lost when our tags change',
    file: 'providers/aws/s3/bucket.ts',
    anchor: 'TagSet: [...ours, ...kept]',
    replacement: 'TagSet: [...ours, ...kept.slice(0, 0)]',
    killers: TAG_TESTS,
  },
  {
    name: 'a tag that the file has no more stays',
    file: 'providers/aws/tags.ts',
    anchor: 'filter((key) => !Object.hasOwn(wanted, key))',
    replacement: 'filter((key) => key.length === 0 && !Object.hasOwn(wanted, key))',
    killers: TAG_TESTS,
  },
  {
    name: 'the disks of a machine keep their old tags',
    file: 'providers/aws/ec2/instance.ts',
    anchor: 'ids: [instanceId, ...disks], change',
    replacement: 'ids: [instanceId, ...disks.slice(0, 0)], change',
    killers: TAG_TESTS,
  },
];
