import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineOperation, type Operation } from '../operation.ts';
import type { Bucket } from '../throttle.ts';
import { bucketsOf, RESOURCES, UNFILTERED } from './buckets.ts';

/** What every request to EC2 may carry besides its own parameters. */
export function request<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...shape, DryRun: z.boolean().optional() });
}

interface Ec2Definition<Input> {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  readonly latencyMs?: readonly [least: number, most: number];
  /** How many instances it is about. */
  resources?(input: Input): number;
  run(input: Input, desk: Desk): object;
}

const READING_MS = [30, 120] as const;
const CHANGING_MS = [120, 500] as const;

/** An operation of EC2 with its published buckets. */
export function ec2Operation<Input extends { readonly DryRun?: boolean | undefined }>(
  definition: Ec2Definition<Input>,
): Operation {
  const { name, input } = definition;
  const isReading = /^(?:Describe|Get)/.test(name);
  return defineOperation({
    name,
    input,
    latencyMs: definition.latencyMs ?? (isReading ? READING_MS : CHANGING_MS),
    buckets: bucketsOf(name),
    tokens: (bucket, values) => tokensOf(bucket, values, definition.resources?.(values) ?? 1),
    run: (values, desk) => {
      if (values.DryRun === true) {
        throw fault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
      }
      return definition.run(values, desk);
    },
  });
}

function tokensOf({ name }: Bucket, input: object, resources: number): number {
  if (name.endsWith(RESOURCES)) return resources;
  if (!name.endsWith(UNFILTERED)) return 1;
  const asked = new Map<string, unknown>(Object.entries(input));
  const isNarrowed = ['Filters', 'MaxResults', 'InstanceIds', 'VolumeIds', 'GroupIds'].some((key) => asked.has(key));
  return isNarrowed ? 0 : 1;
}
