import type { SimulatedClient } from '#providers/simulator/account-process.ts';
import type { SimulatedServices } from '#providers/simulator/index.ts';

type Sender = Pick<SimulatedClient, 'send'>;

/** Requests by service. */
export class CallCounts {
  readonly byService = new Map<string, number>();

  get total(): number {
    return [...this.byService.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The same services, every request counted by whoever counts at the time. */
  static counting(
    { ec2, elb, iam, kms, pricing, quotas, route53, s3, sts }: SimulatedServices,
    counter: () => CallCounts,
  ): Readonly<Record<keyof SimulatedServices, Sender>> {
    const counted = (client: Sender, service: string): Sender => ({
      send<Output>(command: object, options?: unknown): Promise<Output> {
        const { byService } = counter();
        byService.set(service, (byService.get(service) ?? 0) + 1);
        return client.send<Output>(command, options);
      },
    });
    return {
      ec2: counted(ec2, 'ec2'),
      elb: counted(elb, 'elb'),
      iam: counted(iam, 'iam'),
      kms: counted(kms, 'kms'),
      pricing: counted(pricing, 'pricing'),
      quotas: counted(quotas, 'quotas'),
      route53: counted(route53, 'route53'),
      s3: counted(s3, 's3'),
      sts: counted(sts, 'sts'),
    };
  }

  toString(): string {
    return [...this.byService]
      .toSorted(([, left], [, right]) => right - left)
      .map(([service, count]) => `${service} ${count}`)
      .join(', ');
  }
}
