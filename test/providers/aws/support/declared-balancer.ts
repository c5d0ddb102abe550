import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { BalancedPort, Machine, MachineSpec, RegionScope } from '#provider/constructs.ts';
import { awsConstructs as aws } from '#providers/aws/constructs.ts';
import { REGION, UID, ZONES } from './declared-cluster.ts';

export interface DeclaredBalancer {
  /** How many machines stand behind each port. @default api: 2 */
  readonly behind?: Readonly<Record<string, number>>;
  /** @default all three */
  readonly zones?: readonly string[];
  /** Names of firewalls. @default balancer */
  readonly firewalls?: readonly string[];
  /** Whether a record points at it. @default true */
  readonly isNamed?: boolean;
  readonly machines?: number;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

const PORTS: Readonly<Record<string, number>> = { api: 6_443, http: 80, https: 443 };
const STUB = { format: 1, cluster: UID, region: REGION, bucket: `bootstrap-${UID}` };

/** A load balancer with its network and machines, and a name for it. */
export const declaringBalancer =
  ({
    behind = { api: 2 },
    zones = ZONES,
    firewalls = ['balancer'],
    isNamed = true,
    machines = 2,
    tags,
  }: DeclaredBalancer = {}) =>
  (builder: BlueprintBuilder): void => {
    const scope: RegionScope = { builder, uid: UID, clusterName: 'blog', tags, region: REGION };
    const bucket = aws.stateBucket(scope, { key: aws.stateKey(scope) });
    const machineRole = aws.machineRole(scope, { name: 'worker', bucket, bringsSnapshots: false });
    const ranges = ZONES.map((name, index) => ({ name, cidr: `10.0.${16 * index}.0/20` }));
    const shape = { domain: 'blog.example.com', topology: 'public', nat: 'per-zone' } as const;
    const network = aws.network(scope, { cidr: '10.0.0.0/16', zones: ranges, ...shape });
    const made = declareMachines(scope, { network, machineRole }, machines);
    const walls = firewalls.map((name) => aws.firewall(scope, { name, network }));
    const ports = Object.entries(behind).map(([name, count]): BalancedPort => ({
      name,
      port: PORTS[name] ?? 0,
      machines: made.slice(0, count),
    }));
    const balancer = aws.balancer(scope, { network, zones, firewalls: walls, ports });
    if (!isNamed) return;
    const zone = aws.zone(scope, { domain: 'blog.example.com', origin: 'create', network });
    aws.record(scope, { name: 'api', zone, domainName: 'api.blog.example.com', type: 'A', target: balancer });
  };

function declareMachines(
  scope: RegionScope,
  { network, machineRole }: Pick<MachineSpec, 'network' | 'machineRole'>,
  count: number,
): readonly Machine[] {
  const firewall = aws.firewall(scope, { name: 'machines', network });
  const ingress = [{ protocol: 'any', from: { firewall }, purpose: 'among themselves' } as const];
  const rules = aws.firewallRules(scope, { name: 'machines', firewall, ingress });
  const image = aws.image(scope, { system: 'debian-13', architecture: 'amd64' });
  return Array.from({ length: count }, (_, index) =>
    aws.machine(scope, {
      name: `worker-${index + 1}`,
      role: 'worker',
      zones: ZONES,
      types: ['m7i.large', 'm6i.large'],
      image,
      network,
      firewalls: [firewall],
      rules: [rules],
      key: undefined,
      machineRole,
      systemDiskGiB: 20,
      dataDisksGiB: [],
      stub: JSON.stringify(STUB),
    }),
  );
}
