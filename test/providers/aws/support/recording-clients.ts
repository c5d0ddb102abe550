import type { AwsClients } from '#providers/aws/clients.ts';

type Sender = Pick<AwsClients[keyof AwsClients], 'send'>;

/** The same clients; whatever is sent through them is told first, as the service and the operation of it. */
export function recordingClients(
  clients: AwsClients,
  record: (service: keyof AwsClients, operation: string) => void,
): AwsClients {
  const recorded = (service: keyof AwsClients) => {
    const client: { send(command: object, options?: object): Promise<unknown> } = clients[service] satisfies Sender;
    return new RecordingClient((command, options) => {
      record(service, command.constructor.name.replace(/Command$/, ''));
      return client.send(command, options);
    });
  };
  return {
    ec2: recorded('ec2'),
    elb: recorded('elb'),
    iam: recorded('iam'),
    kms: recorded('kms'),
    pricing: recorded('pricing'),
    quotas: recorded('quotas'),
    route53: recorded('route53'),
    s3: recorded('s3'),
    sts: recorded('sts'),
  };
}

class RecordingClient {
  readonly #pass: (command: object, options?: object) => Promise<unknown>;

  constructor(pass: (command: object, options?: object) => Promise<unknown>) {
    this.#pass = pass;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  send(command: object, options?: object): Promise<unknown> {
    return this.#pass(command, options);
  }
}
