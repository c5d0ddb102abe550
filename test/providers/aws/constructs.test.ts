import { describe, expect, test } from 'vitest';
import { parseAddress } from '#engine/address.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import { AWS_TYPES } from '#providers/aws/kinds.ts';
import { type DeclaredCluster, declareCluster, ZONES } from './support/declared-cluster.ts';

function blueprintOf(cluster?: DeclaredCluster): Blueprint {
  const builder = new BlueprintBuilder();
  declareCluster(builder, cluster);
  return builder.build();
}

function declared(blueprint: Blueprint, name: string) {
  const declaration = blueprint.declarations.get(parseAddress(name));
  if (declaration === undefined) throw new RangeError(`${name} is not declared.`);
  return declaration;
}

describe('a cluster over three zones', () => {
  const blueprint = blueprintOf();

  test('is these resources', () => {
    const lines = [...blueprint.declarations.values()].map(({ address, kind }) => `${address}: ${kind}`);
    expect(lines.toSorted()).toEqual([
      'eu-west-3.firewall.machines.rules: aws.ec2.security-group-rules',
      'eu-west-3.firewall.machines: aws.ec2.security-group',
      'eu-west-3.image.amd64: aws.ec2.image',
      'eu-west-3.key: aws.ec2.key-pair',
      'eu-west-3.machine.control-plane-1: aws.ec2.instance',
      'eu-west-3.machine.control-plane-2: aws.ec2.instance',
      'eu-west-3.machine.control-plane-3: aws.ec2.instance',
      'eu-west-3.machine.worker-1: aws.ec2.instance',
      'eu-west-3.network.eu-west-3a.routes: aws.ec2.route-table-association',
      'eu-west-3.network.eu-west-3a: aws.ec2.subnet',
      'eu-west-3.network.eu-west-3b.routes: aws.ec2.route-table-association',
      'eu-west-3.network.eu-west-3b: aws.ec2.subnet',
      'eu-west-3.network.eu-west-3c.routes: aws.ec2.route-table-association',
      'eu-west-3.network.eu-west-3c: aws.ec2.subnet',
      'eu-west-3.network.gateway.attachment: aws.ec2.gateway-attachment',
      'eu-west-3.network.gateway: aws.ec2.internet-gateway',
      'eu-west-3.network.routes.internet: aws.ec2.route',
      'eu-west-3.network.routes: aws.ec2.route-table',
      'eu-west-3.network: aws.ec2.vpc',
      'record.site: aws.route53.record',
      'role.control-plane.profile: aws.iam.instance-profile',
      'role.control-plane: aws.iam.role',
      'role.worker.profile: aws.iam.instance-profile',
      'role.worker: aws.iam.role',
      'state.bucket: aws.s3.bucket',
      'state.key: aws.kms.key',
      'zone: aws.route53.zone',
    ]);
  });

  test('is declared in kinds that the provider has', () => {
    const kinds = new Set([...blueprint.declarations.values()].map(({ kind }) => kind));
    expect([...kinds].filter((kind) => !AWS_TYPES.has(kind))).toEqual([]);
  });

  test('is the same blueprint however often it is declared', () => {
    expect(blueprintOf().hash).toBe(blueprint.hash);
  });

  test('launches no machine before its network leads out and its firewall is closed', () => {
    expect(declared(blueprint, 'eu-west-3.machine.worker-1').dependsOn).toEqual([
      'eu-west-3.firewall.machines',
      'eu-west-3.firewall.machines.rules',
      'eu-west-3.image.amd64',
      'eu-west-3.key',
      'eu-west-3.network.eu-west-3a',
      'eu-west-3.network.eu-west-3a.routes',
      'eu-west-3.network.eu-west-3b',
      'eu-west-3.network.eu-west-3b.routes',
      'eu-west-3.network.eu-west-3c',
      'eu-west-3.network.eu-west-3c.routes',
      'eu-west-3.network.routes.internet',
      'role.worker.profile',
    ]);
  });

  test('has roles for its machines that wait for nothing but the key', () => {
    expect(declared(blueprint, 'role.control-plane.profile').dependsOn).toEqual(['role.control-plane']);
    expect(declared(blueprint, 'role.control-plane').dependsOn).toEqual(['state.key']);
  });
});

test('a machine that is to stand where its network has no part is a defect that says so', () => {
  const machines = [{ name: 'worker-1', role: 'worker', zones: ['eu-west-3d'] } as const];
  expect(() => blueprintOf({ machines })).toThrow(
    'A machine is to stand in eu-west-3d, where its network has no part.',
  );
});

describe('machines share a launch', () => {
  const [first = '', second = ''] = ZONES;

  function lotOf(zones: readonly string[], types: readonly string[], role: 'worker' | 'control-plane' = 'worker') {
    const name = 'one';
    const declaration = declared(
      blueprintOf({ machines: [{ name, role, zones, types }] }),
      `eu-west-3.machine.${name}`,
    );
    return AWS_TYPES.get(declaration.kind)?.lotOf?.(declaration.inputs);
  }

  test('when their role, their places and their types are the same', () => {
    expect(lotOf([first], ['m7i.large'])).toBe(lotOf([first], ['m7i.large']));
  });

  test('and otherwise not', () => {
    const lots = [
      lotOf([first], ['m7i.large']),
      lotOf([second], ['m7i.large']),
      lotOf([first, second], ['m7i.large']),
      lotOf([first], ['m6i.large']),
      lotOf([first], ['m7i.large'], 'control-plane'),
    ];
    expect(new Set(lots).size).toBe(lots.length);
  });
});
