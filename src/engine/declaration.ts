import { z } from 'zod';
import { isAddress } from './address.ts';

const address = z.string().refine(isAddress);

/** One resource as declared: plain data, its Refs unresolved. */
export const Declaration = z.strictObject({
  address,
  kind: z.string(),
  inputs: z.unknown(),
  /** Every resource that must be there first: from Refs, from `within`, and as said. */
  dependsOn: z.array(address).readonly(),
  /** The resource it lives inside: when that goes, this goes with it and is not destroyed by itself. */
  within: address.optional(),
  /** Stays in the cloud when it is no longer declared. */
  retain: z.boolean(),
  /** Take over this existing object instead of creating one. */
  adopt: z.string().optional(),
  /** Those of one turn are replaced one after the other: the next one goes when the one before stands, with what lives in it. */
  turn: z.string().optional(),
});
export type Declaration = Readonly<z.output<typeof Declaration>>;
