import { parseClusterUid } from '#engine/address.ts';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { NetworkSpec, RegionScope } from '#provider/constructs.ts';
import { awsConstructs as aws } from '#providers/aws/constructs.ts';

export const UID = parseClusterUid('benchbench');
export const REGION = 'eu-west-3';
export const ZONES = ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`);

/** Where the letters of a machine lie. */
export function prefixOf(instanceId = ''): string {
  return `mailbox/arn:aws:ec2:${REGION}:123456789012:instance/${instanceId}/`;
}

export interface DeclaredMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly zones: readonly string[];
  readonly types?: readonly string[];
  readonly spot?: boolean;
  /** It stands where it can be reached from outside, also in a private network. */
  readonly isPublic?: boolean;
  /** @default one for a worker, none for the others */
  readonly dataDisksGiB?: readonly number[];
}

export interface DeclaredCluster {
  readonly machines?: readonly DeclaredMachine[];
  readonly sshFrom?: readonly string[];
  readonly sshPurpose?: string;
  /** Names of firewalls, besides `machines`, that workers are behind. */
  readonly workerFirewalls?: readonly string[];
  /** That of its machines at the provider. @default 'control-plane' */
  readonly controlPlaneRole?: string;
  /** @default a public network of its own */
  readonly network?: Partial<Pick<NetworkSpec, 'topology' | 'nat' | 'existing'>>;
  /** Of the machines, which names point at. @default those that they are launched with, unwatched */
  readonly addresses?: 'fixed' | 'followed';
  readonly tags?: Readonly<Record<string, string>>;
}

/** One control-plane machine in each zone and a worker. */
const THREE_ZONES: readonly DeclaredMachine[] = [
  ...ZONES.map((zone, index) => ({
    name: `control-plane-${index + 1}`,
    role: 'control-plane' as const,
    zones: [zone],
  })),
  { name: 'worker-1', role: 'worker', zones: ZONES },
];

const STUB = { format: 1, cluster: UID, region: REGION, bucket: `bootstrap-${UID}` };

/** Every construct that the provider has, as a cluster uses them. */
export function declareCluster(builder: BlueprintBuilder, cluster: DeclaredCluster = {}): void {
  const { machines = THREE_ZONES, sshFrom = ['203.0.113.0/24'], workerFirewalls = [] } = cluster;
  const { sshPurpose: purpose = 'SSH' } = cluster;
  const { controlPlaneRole = 'control-plane' } = cluster;
  const scope: RegionScope = { builder, uid: UID, clusterName: 'blog', tags: cluster.tags, region: REGION };
  const bucket = aws.stateBucket(scope, { key: aws.stateKey(scope) });
  const zones = ZONES.map((name, index) => ({
    name,
    cidr: `10.0.${16 * index}.0/20`,
    publicCidr: `10.0.${224 + index}.0/24`,
  }));
  const shape = { domain: 'blog.example.com', topology: 'public', nat: 'per-zone', ...cluster.network } as const;
  const network = aws.network(scope, { cidr: '10.0.0.0/16', zones, ...shape });
  const firewall = aws.firewall(scope, { name: 'machines', network });
  const ingress = [
    ...sshFrom.map((cidr) => ({ protocol: 'tcp', ports: [22, 22], from: { cidr }, purpose }) as const),
    { protocol: 'any', from: { firewall }, purpose: 'among themselves' } as const,
  ];
  const rules = aws.firewallRules(scope, { name: 'machines', firewall, ingress });
  const more = workerFirewalls.map((name) => aws.firewall(scope, { name, network }));
  const key = aws.key(scope, { publicKey: PUBLIC_KEY });
  const image = aws.image(scope, { system: 'debian-13', architecture: 'amd64' });
  const controlPlane = aws.machineRole(scope, { name: controlPlaneRole, bucket, bringsSnapshots: true });
  const worker = aws.machineRole(scope, { name: 'worker', bucket, bringsSnapshots: false });
  const made = machines.map(
    ({ name, role, zones: allowed, types = ['m7i.large', 'm6i.large'], spot, isPublic, dataDisksGiB }) => {
      const machineRole = role === 'control-plane' ? controlPlane : worker;
      const firewalls = role === 'worker' ? [firewall, ...more] : [firewall];
      const disks = { systemDiskGiB: 20, dataDisksGiB: dataDisksGiB ?? (role === 'worker' ? [50] : []) };
      const base = {
        name,
        role,
        zones: allowed,
        types,
        image,
        network,
        key,
        machineRole,
        stub: JSON.stringify(STUB),
        spot,
        isPublic,
      };
      const isNamed = cluster.addresses !== undefined;
      const fixedAddress = cluster.addresses === 'fixed' ? aws.address(scope, { name }) : undefined;
      return aws.machine(scope, { ...base, ...disks, firewalls, rules: [rules], isNamed, fixedAddress });
    },
  );
  const zone = aws.zone(scope, { domain: 'blog.example.com', origin: 'create', network });
  const values = made.map(({ publicAddress, privateAddress }) =>
    shape.topology === 'private' ? privateAddress : publicAddress,
  );
  if (values.length === 0) return;
  aws.record(scope, {
    name: 'site',
    zone,
    domainName: 'blog.example.com',
    type: 'A',
    target: { ttlSeconds: 60, values },
  });
}

/** A key of zeros, well formed. */
const PUBLIC_KEY = `ssh-ed25519 ${Buffer.from(`\0\0\0\u000Bssh-ed25519\0\0\0 ${'\0'.repeat(32)}`).toString('base64')} operator`;
