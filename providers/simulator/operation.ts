import { z } from 'zod';
import { type AwsFault, fault } from './aws-fault.ts';
import type { Desk } from './desk.ts';
import type { Kind } from './objects.ts';
import type { Bucket, Charge } from './throttle.ts';

/** One service: what it can be asked, what it keeps, and its manner of refusing. */
export interface ServiceManual {
  /** As in `ec2.RunInstances`. */
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly kinds: readonly Kind[];
  throttled(): AwsFault;
  /** A 500 that says nothing of whether the call was executed. */
  failed(): AwsFault;
  expired(): AwsFault;
}

export interface Operation {
  readonly name: string;
  readonly latencyMs: readonly [least: number, most: number];
  readonly buckets: readonly Bucket[];
  /** Refuses what it does not know: nothing passes silently. */
  open(input: unknown): OpenedCall;
}

export interface OpenedCall {
  readonly charges: readonly Charge[];
  /** Pure: reads the desk, notes its writes there, answers or throws an AwsFault. May be run again on a newer account. */
  run(desk: Desk): object;
}

interface OperationDefinition<Input> {
  /** The command's name without `Command`. */
  readonly name: string;
  /** A strictObject: an input it does not know is refused. */
  readonly input: z.ZodType<Input>;
  /** @default 20 to 80 */
  readonly latencyMs?: readonly [least: number, most: number];
  /** Buckets it draws on, a token each unless `tokens` says otherwise. @default none */
  readonly buckets?: readonly Bucket[];
  tokens?(bucket: Bucket, input: Input): number;
  run(input: Input, desk: Desk): object;
}

const LATENCY_MS = [20, 80] as const;

export function defineOperation<Input>(definition: OperationDefinition<Input>): Operation {
  const { name, input: schema, latencyMs = LATENCY_MS, buckets = [] } = definition;
  return {
    name,
    latencyMs,
    buckets,
    open(raw) {
      const parsed = schema.safeParse(raw);
      if (!parsed.success) throw unknownInput(name, parsed.error);
      const input = parsed.data;
      return {
        charges: buckets.map((bucket) => ({ bucket, tokens: definition.tokens?.(bucket, input) ?? 1 })),
        run: (desk) => definition.run(input, desk),
      };
    },
  };
}

function unknownInput(operation: string, error: z.ZodError): AwsFault {
  return fault('ValidationError', `The simulated ${operation} does not take this: ${z.prettifyError(error)}`);
}
