import type { AwsClients } from '#providers/aws/clients.ts';
import type { AccountLog } from '#providers/simulator/account-log.ts';
import type { SimulatedClient } from '#providers/simulator/account-process.ts';
import { AwsFault } from '#providers/simulator/aws-fault.ts';
import { openSimulatedAccount, type SimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

export const REGION = 'eu-west-3';

/** Everything that was made lately is not found, and everything that was removed lately still is. */
export const ALL_BEHIND: Partial<Weather> = {
  lagMs: 10_000,
  notFoundAfterCreate: 1,
  staleDescribe: 1,
  deleteStillListed: 1,
};

/** An account in virtual time, asked with the SDK's own commands as its real clients are. */
export class SdkAccount {
  readonly clock: VirtualClock;
  readonly account: SimulatedAccount;

  private constructor(clock: VirtualClock, account: SimulatedAccount) {
    this.clock = clock;
    this.account = account;
  }

  static async open(weather: Partial<Weather> = {}, log?: AccountLog): Promise<SdkAccount> {
    const clock = new VirtualClock();
    const options = { clock, random: new SeededRandom(1), seed: 'test', weather: { ...CALM_WEATHER, ...weather } };
    return new SdkAccount(clock, await openSimulatedAccount(log === undefined ? options : { ...options, log }));
  }

  in(region: string = REGION): AwsClients {
    const { ec2, elb, iam, kms, pricing, quotas, route53, s3, sts } = this.account.services(region);
    return {
      ec2: this.#clocked(ec2),
      elb: this.#clocked(elb),
      iam: this.#clocked(iam),
      kms: this.#clocked(kms),
      pricing: this.#clocked(pricing),
      quotas: this.#clocked(quotas),
      route53: this.#clocked(route53),
      s3: this.#clocked(s3),
      sts: this.#clocked(sts),
    };
  }

  change(weather: Partial<Weather>): void {
    const { account } = this.account.process;
    account.weather = { ...account.weather, ...weather };
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  #clocked(client: SimulatedClient): Pick<SimulatedClient, 'send'> {
    return {
      send: <Output>(command: object, options?: unknown) => this.clock.run(client.send<Output>(command, options)),
    };
  }
}

/** `NoSuchKey 404`: with what a request is refused. */
export async function refusalOf(request: Promise<unknown>): Promise<string> {
  const { name, $metadata } = await faultOf(request);
  return `${name} ${$metadata.httpStatusCode}`;
}

export async function faultOf(request: Promise<unknown>): Promise<AwsFault> {
  try {
    await request;
  } catch (error) {
    if (error instanceof AwsFault) return error;
    throw error;
  }
  throw new Error('The request was accepted.');
}
