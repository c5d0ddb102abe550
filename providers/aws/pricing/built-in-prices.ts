import { awsCatalogue } from '../catalogue.ts';
import type { UnitPrices } from './aws-price-book.ts';

/** Those of the catalogue. */
const DAY = 'August 2025';
const REFERENCE_REGION = 'us-east-1';

/** Of the same day and region. */
const THINGS = new Map<string, number>([
  ['disk', 0.08],
  ['nat-gateway', 0.045],
  ['load-balancer', 0.0225],
]);

/** What is known without asking anybody. Spot prices are not. */
export function builtInPrices(region: string, why?: string): UnitPrices {
  const table = `built-in table of ${DAY}, of ${REFERENCE_REGION}`;
  const elsewhere = region === REFERENCE_REGION ? '' : `; those of ${region} differ`;
  return {
    source: `${table}${elsewhere}${why === undefined ? '' : ` (${why})`}`,
    knowsSpot: false,
    of: (wanted) => THINGS.get(wanted) ?? awsCatalogue.machineTypes.get(wanted.replace(/^machine /, ''))?.hourlyPrice,
  };
}
