import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import { Account, type Witness } from './account.ts';
import { type AccountLog, LOG_FORMAT, type LogEntry, type Opening } from './account-log.ts';
import { AccountProcess, SimulatedClient } from './account-process.ts';
import type { Company } from './company.ts';
import { ec2Manual } from './ec2/ec2-manual.ts';
import { elbManual } from './elb/elb-manual.ts';
import { iamManual } from './iam/iam-manual.ts';
import { kmsManual } from './kms/kms-manual.ts';
import { MemoryLog } from './memory-log.ts';
import type { WalkedObject } from './objects.ts';
import type { ServiceManual } from './operation.ts';
import { pricingManual } from './pricing/pricing-manual.ts';
import { quotasManual } from './quotas/quotas-manual.ts';
import { route53Manual } from './route53/route53-manual.ts';
import { s3Manual } from './s3/s3-manual.ts';
import { stsManual } from './sts/sts-manual.ts';
import { MILD_WEATHER, type Weather } from './weather.ts';

const MANUALS: readonly ServiceManual[] = [
  ec2Manual,
  elbManual,
  iamManual,
  kmsManual,
  pricingManual,
  quotasManual,
  route53Manual,
  s3Manual,
  stsManual,
];

export interface SimulatedAccountOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** @default one that lives as long as the process */
  readonly log?: AccountLog;
  /** For a new account; one that exists keeps its own. @default drawn */
  readonly seed?: string;
  /** Virtual milliseconds per millisecond, from now on. @default as it was; 1 for a new account */
  readonly speed?: number;
  /** @default an ordinary day */
  readonly weather?: Weather;
  readonly witness?: Witness;
}

export interface SimulatedAccount {
  readonly accountId: string;
  /** As this process knows it. */
  readonly speed: number;
  readonly process: AccountProcess;
  services(region: string): SimulatedServices;
  /** Every object there is, in all regions, as it truly is now. */
  walk(): Promise<readonly WalkedObject[]>;
}

export interface SimulatedServices {
  readonly ec2: SimulatedClient;
  readonly elb: SimulatedClient;
  readonly iam: SimulatedClient;
  readonly kms: SimulatedClient;
  readonly pricing: SimulatedClient;
  readonly quotas: SimulatedClient;
  readonly route53: SimulatedClient;
  readonly s3: SimulatedClient;
  readonly sts: SimulatedClient;
}

/** A simulated AWS account: made if the log is empty, joined if it is not. */
export async function openSimulatedAccount(options: SimulatedAccountOptions): Promise<SimulatedAccount> {
  const { clock, log = new MemoryLog(), speed, weather = MILD_WEATHER, witness } = options;
  const { opening, entries } = await open(log, options);
  const account = new Account({ opening, manuals: MANUALS, weather, ...(witness === undefined ? {} : { witness }) });
  for (const entry of entries) account.fold(entry);
  const process = new AccountProcess(account, log, clock);
  if (speed !== undefined && speed !== account.speed) await process.runAt(speed);
  return {
    accountId: opening.accountId,
    get speed() {
      return account.speed;
    },
    process,
    services: (region) => servicesOf(process, region),
    walk: async () => {
      await process.catchUp();
      return account.walk(process.nowMs());
    },
  };
}

/** The account alone, for those who bring their own time and call `execute`. Same seed, same calls: same account. */
export function simulatedAccount(options: {
  readonly seed: string;
  readonly weather: Weather;
  readonly witness?: Witness;
  readonly company?: Company | undefined;
}): Account {
  const { seed, ...rest } = options;
  return new Account({ opening: newOpening({ seed, epochMs: 0, speed: 1 }), manuals: MANUALS, ...rest });
}

interface OpenedLog {
  readonly opening: Opening;
  /** What has happened since. */
  readonly entries: readonly LogEntry[];
}

async function open(log: AccountLog, options: SimulatedAccountOptions): Promise<OpenedLog> {
  const { clock, random, speed = 1, seed = Buffer.from(random.bytes(9)).toString('base64url') } = options;
  const [first, ...entries] = await log.readAfter(0);
  if (first?.type === 'opened') return { opening: first, entries };
  const opening = newOpening({ seed, epochMs: clock.wallMs(), speed });
  return (await log.append(1, opening)) ? { opening, entries } : open(log, options);
}

function newOpening(start: Pick<Opening, 'seed' | 'epochMs' | 'speed'>): Opening {
  return { type: 'opened', format: LOG_FORMAT, accountId: '123456789012', ...start };
}

function servicesOf(process: AccountProcess, region: string): SimulatedServices {
  const client = (service: string) => new SimulatedClient(process, service, region);
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
