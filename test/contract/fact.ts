import type { AwsClients } from '#providers/aws/clients.ts';
import type { Judge } from './judge.ts';

/** Something that AWS does and this program relies on, put as a question with its answer. */
export interface Fact {
  /** `ec2/vpc-missing`. */
  readonly id: string;
  readonly service: keyof AwsClients;
  /** In a sentence. */
  readonly fact: string;
  /** Where AWS, or somebody who met it, says so. */
  readonly source: string;
  /** What is seen; a refusal that it does not expect is seen as `refused: …`. */
  run(aws: AwsClients, judge: Judge): Promise<unknown>;
  /** What has to be seen. */
  readonly holds: unknown;
}

type Stated = Pick<Fact, 'fact' | 'source' | 'run' | 'holds'>;

/** The facts of one service, by their names. */
export function factsOf(service: Fact['service'], stated: Readonly<Record<string, Stated>>): readonly Fact[] {
  return Object.entries(stated).map(([name, fact]) => ({ id: `${service}/${name}`, service, ...fact }));
}
