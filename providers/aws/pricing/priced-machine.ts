import { z } from 'zod';
import { isRef } from '#engine/ref.ts';
import type { PricedResource } from '#provider/price-book.ts';

/** As much of its inputs as its price hangs on; what is known after apply is a Ref. */
const Inputs = z.looseObject({
  types: z.array(z.string()).min(1),
  places: z.array(z.looseObject({ zone: z.string(), subnetId: z.unknown() })).min(1),
  systemDiskGiB: z.number(),
  dataDisksGiB: z.array(z.number()),
  isSpot: z.boolean().optional(),
});
const Outputs = z.looseObject({ type: z.string(), zone: z.string() });

/** A machine as its price sees it: the one that is there, or the one that is asked for first. */
export class PricedMachine {
  readonly type: string;
  readonly zone: string;
  readonly isSpot: boolean;
  readonly diskGiB: number;
  /** A Ref, or its id. */
  readonly subnet: unknown;

  private constructor(inputs: z.output<typeof Inputs>, outputs: z.output<typeof Outputs> | undefined) {
    const { types, places, systemDiskGiB, dataDisksGiB, isSpot = false } = inputs;
    this.type = outputs?.type ?? types[0] ?? '';
    this.zone = outputs?.zone ?? places[0]?.zone ?? '';
    this.isSpot = isSpot;
    this.diskGiB = dataDisksGiB.reduce((sum, size) => sum + size, systemDiskGiB);
    this.subnet = (places.find(({ zone }) => zone === this.zone) ?? places[0])?.subnetId;
  }

  static of({ kind, inputs, outputs }: PricedResource): PricedMachine | undefined {
    if (kind !== 'aws.ec2.instance') return undefined;
    const read = Inputs.safeParse(inputs);
    if (!read.success) return undefined;
    const there = Outputs.safeParse(outputs);
    return new PricedMachine(read.data, there.success ? there.data : undefined);
  }
}

/** By which a value in the inputs of one resource leads to another: by a Ref, or by the id that it has. */
export function linkIn(value: unknown): string | undefined {
  if (isRef(value)) return value.$ref;
  return typeof value === 'string' ? value : undefined;
}

/** All by which others can lead to a resource. */
export function linksTo({ address, outputs }: PricedResource): readonly string[] {
  const values: readonly unknown[] = typeof outputs === 'object' && outputs !== null ? Object.values(outputs) : [];
  return [address, ...values.filter((value) => typeof value === 'string')];
}
