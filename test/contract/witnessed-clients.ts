import type { AwsClients } from '#providers/aws/clients.ts';
import { operationOf } from '#providers/simulator/account-process.ts';

/** Told of every request that is answered well; what it gives back is what the caller gets. */
export type Witness = (operation: string, output: object) => object;

interface Sending {
  send(command: object, options?: object): Promise<object>;
}

/** Clients that somebody looks over the shoulder of. An operation is told as `ec2.RunInstances`. */
export function witnessed(clients: AwsClients, witness: Witness): AwsClients {
  const watch = (service: keyof AwsClients): Pick<WitnessedClient, 'send'> =>
    new WitnessedClient(clients[service], service, witness);
  return {
    ec2: watch('ec2'),
    elb: watch('elb'),
    iam: watch('iam'),
    kms: watch('kms'),
    pricing: watch('pricing'),
    quotas: watch('quotas'),
    route53: watch('route53'),
    s3: watch('s3'),
    sts: watch('sts'),
  };
}

class WitnessedClient {
  readonly #client: Sending;
  readonly #service: string;
  readonly #witness: Witness;

  constructor(client: Sending, service: string, witness: Witness) {
    this.#client = client;
    this.#service = service;
    this.#witness = witness;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  async send(command: object, options?: object): Promise<unknown> {
    const output = await this.#client.send(command, options);
    return this.#witness(`${this.#service}.${operationOf(command)}`, output);
  }
}
