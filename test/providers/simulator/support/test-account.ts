import { simulatedAccount } from '#providers/simulator/index.ts';
import type { Account, Witness } from '#providers/simulator/account.ts';
import { AwsFault } from '#providers/simulator/aws-fault.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import type { Ec2Answer } from './ec2-answers.ts';

interface TestAccountOptions {
  readonly seed?: string;
  readonly weather?: Partial<Weather>;
  readonly witness?: Witness;
}

/** An account of a test's own, in one region, whose time passes by hand. */
export class TestAccount {
  readonly account: Account;
  /** Where calls are sent. */
  region = 'eu-west-3';
  nowMs = 1_000_000;

  constructor({ seed = 'test', weather = {}, witness = {} }: TestAccountOptions = {}) {
    this.account = simulatedAccount({ seed, weather: { ...CALM_WEATHER, ...weather }, witness });
  }

  change(weather: Partial<Weather>): void {
    this.account.weather = { ...this.account.weather, ...weather };
  }

  pass(ms: number): void {
    this.nowMs += ms;
  }

  ec2<Operation extends string>(operation: Operation, input?: object): Ec2Answer<Operation>;
  ec2(operation: string, input: object = {}): unknown {
    return this.call('ec2', operation, input);
  }

  call(service: string, operation: string, input: object): object {
    return this.account.execute({ region: this.region, service, operation, input }, this.nowMs);
  }
}

/** The code with which a call is refused; `accepted` if it is not. */
export function refusalOf(call: () => unknown): string {
  return faultOf(call)?.name ?? 'accepted';
}

export function faultOf(call: () => unknown): AwsFault | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof AwsFault) return error;
    throw error;
  }
}
