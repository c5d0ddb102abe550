import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { withClusterKinds } from '#cluster/cluster-kinds.ts';
import type { ClusterSpec, NodeGroup } from '#config/cluster-file.ts';
import { parseClusterUid } from '#engine/address.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { type Plan, planChanges } from '#engine/plan.ts';
import type { PreflightFinding, PreflightRequest } from '#provider/preflight.ts';
import type { Connection, ProviderModule } from '#provider/provider-module.ts';
import { awsModule } from '#providers/aws/aws-module.ts';
import type { AwsClients, SigningClients } from '#providers/aws/clients.ts';
import type { SimulatedClient } from '#providers/simulator/account-process.ts';
// Loaded here already: virtual time does not wait for code.
import { PREFLIGHT_MS } from '#providers/aws/preflight/preflight.ts';
import { openSimulatedAccount, type SimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER, type Permissions, type Quotas, type Weather } from '#providers/simulator/weather.ts';
import { specFor } from '../../../simulation/cluster/cluster-specs.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { ACTED } from '../../../support/acted-machines.ts';

export { PREFLIGHT_MS };

const REGION = 'eu-west-3';
export const UID = parseClusterUid('preflightcluster');

export interface Bent {
  readonly weather?: Partial<Weather>;
  readonly quotas?: Partial<Quotas>;
  readonly permissions?: Partial<Permissions>;
}

/** An account that looks at a cluster before it is made, in virtual time; what is sent is written down. */
export class PreflightStand {
  readonly clock = new VirtualClock();
  readonly sent: string[] = [];
  /** Of somebody else in the account. */
  readonly services: AwsClients;
  /** Service whose answers never come. */
  silent: string | undefined;
  /** Of the credentials. */
  endAt: Date | undefined;
  readonly module: ProviderModule;
  readonly connection: Connection;

  private constructor(account: SimulatedAccount, clock: VirtualClock) {
    this.clock = clock;
    this.services = account.services(REGION);
    this.module = awsModule({ name: 'simulator', ...ACTED, servicesOf: (region) => this.#recorded(account, region) });
    this.connection = this.module.connect({ region: REGION, clock, random: new SeededRandom(1) });
  }

  static async open({ weather = {}, quotas = {}, permissions = {} }: Bent = {}): Promise<PreflightStand> {
    const clock = new VirtualClock();
    const bent = {
      ...CALM_WEATHER,
      ...weather,
      quotas: { ...CALM_WEATHER.quotas, ...quotas },
      permissions: { ...CALM_WEATHER.permissions, ...permissions },
    };
    const account = await openSimulatedAccount({ clock, random: new SeededRandom(1), seed: 'test', weather: bent });
    return new PreflightStand(account, clock);
  }

  /** All that create would make. */
  planOf(spec: ClusterSpec): Plan {
    const cluster = { spec, uid: UID, demand: {}, constructs: this.module.constructs };
    return planChanges(clusterBlueprint(cluster), new ClusterState(UID), {
      types: withClusterKinds(this.module.types),
    });
  }

  find(spec: ClusterSpec = clusterSpec(), plan: PreflightRequest['plan'] = this.planOf(spec)) {
    const { machines, overlay, pods, services } = spec.network;
    const request: PreflightRequest = {
      uid: UID,
      domain: spec.domain,
      zoneOrigin: spec.dns.zone,
      zones: spec.zones,
      ranges: { machines, overlay, pods, services },
      plan,
    };
    return this.run(this.connection.preflight(request, new AbortController().signal));
  }

  run<T>(task: Promise<T>): Promise<T> {
    return this.clock.run(task);
  }

  #recorded(account: SimulatedAccount, region: string): SigningClients {
    const { ec2, elb, iam, kms, pricing, quotas, route53, s3, sts } = account.services(region);
    const client = (name: string, real: SimulatedClient): Pick<SimulatedClient, 'send'> => ({
      send: <Output>(command: object, options?: unknown): Promise<Output> => {
        this.sent.push(`${name}.${command.constructor.name.replace(/Command$/, '')}`);
        return this.silent === name ? new Promise<Output>(() => undefined) : real.send<Output>(command, options);
      },
    });
    return {
      ec2: client('ec2', ec2),
      elb: client('elb', elb),
      iam: client('iam', iam),
      kms: client('kms', kms),
      pricing: client('pricing', pricing),
      quotas: client('quotas', quotas),
      route53: client('route53', route53),
      s3: client('s3', s3),
      sts: client('sts', sts),
      credentialsEndAt: async () => this.endAt,
    };
  }
}

/** Three zones, eight machines with sixteen vCPUs, DNS at their fixed addresses. */
export function clusterSpec(changes: Partial<ClusterSpec> = {}): ClusterSpec {
  const spec = specFor('ha', 'create');
  const nodes = { controlPlane: group(3, []), worker: group(2, []), storage: group(3, [100]) };
  const way = { topology: 'public', nat: 'per-zone', balancer: false, addresses: 'fixed' } as const;
  return { ...spec, nodes, ...changes, network: { ...spec.network, ...way, ...changes.network } };
}

function group(count: number, dataDisksGiB: readonly number[]): NodeGroup {
  return { count, machines: ['t3.large', 'm6i.large'], systemDiskGiB: 20, dataDisksGiB };
}

/** `bad quota.vcpus: …`, without those that are good unless they are asked for. */
export function told(findings: readonly PreflightFinding[], verdicts = ['warning', 'bad']): readonly string[] {
  return findings
    .filter(({ verdict }) => verdicts.includes(verdict))
    .map(({ check, verdict, what }) => `${verdict} ${check}: ${what}`);
}
