import type { Address } from '#engine/address.ts';

/** A resource whose price is asked for: one that is declared, or one that is there. */
export interface PricedResource {
  readonly address: Address;
  readonly kind: string;
  /** As declared, with Refs, or as the state has them. */
  readonly inputs: unknown;
  /** Of one that is there. */
  readonly outputs?: unknown;
}

/** What things cost, at one provider in one region. */
export interface PriceBook {
  /** Where the prices are from, and of which day: "AWS Price List of 2026-11-01". */
  readonly source: string;
  /** What is paid by use and so in no price here, in words. */
  readonly byUse: string;
  /** What no price was found for. */
  readonly unknown: readonly string[];
  /**
   * In US dollars a month, in the order in which they are asked for: one can decide what another costs. Zero: it is free,
   * or paid by use alone.
   */
  monthly(resources: readonly PricedResource[]): readonly number[];
}
