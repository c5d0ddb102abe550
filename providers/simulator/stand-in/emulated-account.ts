import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { DescribeAddressesCommand, DescribeInstancesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { BucketBirths } from './bucket-births.ts';
import { EmulatedBalancers } from './emulated-balancers.ts';
import { EmulatedQuotas } from './emulated-quotas.ts';
import { freedAddresses } from './freed-addresses.ts';
import type { Passing } from './passing.ts';
import { MAILBOXES, type StandInOptions, StandInMachines } from './stand-in-machines.ts';
import { withProfiles } from './shown-profiles.ts';
import { asSet, unapplied } from './unapplied-policy.ts';

interface Services extends Pick<StandInOptions, 'ec2' | 's3'> {
  readonly elb: Pick<ElasticLoadBalancingV2Client, 'send'>;
  readonly quotas: Passing;
}

/** An emulator's services, as the provider can work with them: with machines that say something. */
export function emulatedAccount<Given extends Services>(
  services: Given,
  manner: Pick<StandInOptions, 'clock' | 'speed'>,
): Omit<Given, keyof Services> & EmulatedAccount {
  const { ec2, s3, elb, quotas } = services;
  const machines = new StandInMachines({ ec2, s3, ...manner });
  return {
    ...services,
    ec2: new EmulatedMachines(ec2),
    elb: new EmulatedBalancers(elb),
    quotas: new EmulatedQuotas(quotas),
    s3: new EmulatedBuckets(s3, machines),
  };
}

interface EmulatedAccount {
  readonly ec2: EmulatedMachines;
  readonly elb: EmulatedBalancers;
  readonly quotas: EmulatedQuotas;
  readonly s3: EmulatedBuckets;
}

/** EC2 where an emulator is wrong about it; everything else passes as it is. */
class EmulatedMachines {
  readonly #ec2: Pick<EC2Client, 'send'>;

  constructor(ec2: Pick<EC2Client, 'send'>) {
    this.#ec2 = ec2;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  async send(command: object, options?: object): Promise<unknown> {
    if (command instanceof DescribeAddressesCommand) return freedAddresses(this.#ec2, command, options);
    if (command instanceof DescribeInstancesCommand) return withProfiles(this.#ec2, command, options);
    const passing: Passing = this.#ec2;
    return passing.send(command, options);
  }
}

const About = z.looseObject({ Bucket: z.string() });
/** Others are made by hand, as their makers like. */
const OURS = 'bootstrap-';

/** S3 where an emulator is wrong about it; everything else passes as it is. */
class EmulatedBuckets {
  readonly #s3: Pick<S3Client, 'send'>;
  readonly #machines: StandInMachines;
  readonly #births: BucketBirths;

  constructor(s3: Pick<S3Client, 'send'>, machines: StandInMachines) {
    this.#s3 = s3;
    this.#machines = machines;
    this.#births = new BucketBirths(s3);
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  async send(command: object, options?: object): Promise<unknown> {
    if (command instanceof CreateBucketCommand) return this.#births.create(command);
    await this.#refuseUnborn(command);
    if (command instanceof PutBucketPolicyCommand) return this.#s3.send(unapplied(command), options);
    if (command instanceof GetBucketPolicyCommand) return asSet(await this.#s3.send(command, options));
    if (isLookIntoMailboxes(command)) await this.#machines.bringUpToDate(command.input.Bucket ?? '');
    const passing: Passing = this.#s3;
    return passing.send(command, options);
  }

  async #refuseUnborn(command: object): Promise<void> {
    const { Bucket } = ('input' in command ? About.safeParse(command.input).data : undefined) ?? {};
    if (Bucket === undefined || !Bucket.startsWith(OURS) || (await this.#births.of(Bucket)) !== 'begun') return;
    throw fault('NoSuchBucket', 'The specified bucket does not exist', 404);
  }
}

function isLookIntoMailboxes(command: object): command is ListObjectsV2Command {
  return command instanceof ListObjectsV2Command && command.input.Prefix?.startsWith(MAILBOXES) === true;
}
