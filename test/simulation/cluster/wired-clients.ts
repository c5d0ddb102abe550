import type { AwsClients } from '#providers/aws/clients.ts';
import type { Account, Request } from '#providers/simulator/account.ts';
import { AwsFault, fault } from '#providers/simulator/aws-fault.ts';
import type { FaultKind, FaultLottery } from '../faults.ts';
import type { Service, SimulatedProcess } from '../process.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { mutates } from './intent-rules.ts';
import { isRecord, type Mirror } from './mirror.ts';

export interface WireSeed {
  readonly process: SimulatedProcess;
  readonly account: Account;
  readonly mirror: Mirror;
  readonly faults: FaultLottery;
  readonly watch: ClusterWatch;
  readonly region: string;
  readonly nowMs: () => number;
}

/** How long the program waits for an answer. */
const CALL_MS = 8_000;

/** The services of the account as one process reaches them: every request goes over the wire, and is executed where it arrives. */
export function wiredClients(seed: WireSeed): AwsClients {
  const client = (service: string): WiredClient => new WiredClient(service, seed);
  return {
    ec2: client('ec2'),
    elb: client('elb'),
    iam: client('iam'),
    kms: client('kms'),
    pricing: client('pricing'),
    quotas: client('quotas'),
    route53: client('route53'),
    s3: client('s3'),
    sts: client('sts'),
  };
}

class WiredClient {
  readonly #service: string;
  readonly #seed: WireSeed;

  constructor(service: string, seed: WireSeed) {
    this.#service = service;
    this.#seed = seed;
  }

  send<Output>(command: object, options?: unknown): Promise<Output>;
  send(command: object, options?: unknown): Promise<unknown> {
    const { process, region, watch } = this.#seed;
    const operation = command.constructor.name.replace(/Command$/, '');
    const name = `${this.#service}.${operation}`;
    const input: unknown = 'input' in command ? command.input : undefined;
    watch.sent(process, name, input);
    return process.exchange({
      label: `${name} by ${process.number}`,
      mutates: mutates(name),
      service: AWS,
      signal: signalIn(options),
      effect: () => this.#serve({ region, service: this.#service, operation, input }),
    });
  }

  #serve(request: Request): object {
    const { account, faults, nowMs } = this.#seed;
    try {
      this.#refuseByChance(request);
      return account.execute(request, nowMs());
    } catch (error) {
      if (error instanceof AwsFault) for (const kind of kindsOf(error)) faults.count(kind);
      throw error;
    }
  }

  /** What the account by itself would refuse only when a program has gone wrong, or for longer than it does. */
  #refuseByChance({ operation, input }: Request): void {
    const { faults } = this.#seed;
    const isKnown = operation === 'RunInstances' && this.#hasToken(input);
    if (isKnown && faults.draws('parameter-mismatch'))
      throw fault('IdempotentParameterMismatch', 'Arguments on this idempotent request are inconsistent.');
    if (!LINGERING.has(operation) || !faults.draws('dependency-violation')) return;
    throw fault('DependencyViolation', 'The resource has a dependent object that is no more.');
  }

  #hasToken(input: unknown): boolean {
    const token = isRecord(input) ? String(input['ClientToken']) : '';
    for (const { kind, id } of this.#seed.mirror.objects)
      if (kind === 'client-token' && id.endsWith(token)) return true;
    return false;
  }
}

/** Deletions that EC2 refuses for a while after what hindered them has gone. */
const LINGERING = new Set(['DeleteVpc', 'DeleteSubnet', 'DeleteSecurityGroup', 'DetachInternetGateway']);

const BY_NAME: ReadonlyMap<string, FaultKind> = new Map([
  ['IdempotentParameterMismatch', 'parameter-mismatch'],
  ['IdempotentInstanceTerminated', 'token-spent'],
  ['DependencyViolation', 'dependency-violation'],
  ['DeleteConflictException', 'dependency-violation'],
]);

/** Faults that nobody drew: they follow from what the account is like. */
function kindsOf({ name, message }: AwsFault): readonly FaultKind[] {
  const known = BY_NAME.get(name);
  if (known !== undefined) return [known];
  if (name === 'InvalidParameterValue' && /iam instance ?profile/i.test(message)) return ['not-propagated'];
  return [];
}

/** What the SDK throws when no answer comes. */
class Unanswered extends Error {
  override readonly name = 'TimeoutError';
}

class Unresolved extends Error {
  readonly code = 'ENOTFOUND';
}

const AWS: Service = {
  timeoutMs: CALL_MS,
  unanswered: (why) => new Unanswered(why),
  notSent: (why) => new Unresolved(why),
};

function signalIn(options: unknown): AbortSignal | undefined {
  const signal = isRecord(options) ? options['abortSignal'] : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
}
