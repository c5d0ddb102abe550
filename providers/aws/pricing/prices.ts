import type { ResourceContext } from '#engine/resource.ts';
import type { PriceBook, PricedResource } from '#provider/price-book.ts';
import type { Clock } from '#std/clock.ts';
import { mapLimit } from '#std/map-limit.ts';
import type { AwsSession } from '../session.ts';
import { awsPriceBook, type UnitPrices } from './aws-price-book.ts';
import { builtInPrices } from './built-in-prices.ts';
import { listedPrice } from './price-list.ts';
import { spotPrices } from './spot-prices.ts';
import { wantedFor, type Wanted } from './wanted-price.ts';

const AT_ONCE = 4;

interface PricesOptions {
  readonly session: Pick<AwsSession, 'pricing' | 'ec2' | 'region'>;
  readonly clock: Clock;
  /** Whether the price list is asked at all. */
  readonly isAsked: boolean;
  readonly contextOf: (signal: AbortSignal) => ResourceContext;
}

/** What an account in one region pays. Every price is asked for once in a run. */
export class Prices {
  readonly #options: PricesOptions;
  readonly #listed = new Map<string, number>();
  readonly #spot = new Map<string, ReadonlyMap<string, number>>();
  /** Why nobody answers: then nobody is asked again. */
  #silence: string | undefined;

  constructor(options: PricesOptions) {
    this.#options = options;
  }

  async bookFor(resources: readonly PricedResource[], signal: AbortSignal): Promise<PriceBook> {
    const wanted = wantedFor(resources);
    return awsPriceBook(await this.#known(wanted, signal), wanted);
  }

  async #known(wanted: ReadonlySet<Wanted>, signal: AbortSignal): Promise<UnitPrices> {
    const { isAsked, session } = this.#options;
    const table = builtInPrices(session.region, this.#silence);
    if (!isAsked || this.#silence !== undefined) return table;
    try {
      await this.#ask([...wanted], signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#silence = `the price list did not answer: ${wordsOf(error)}`;
      return builtInPrices(session.region, this.#silence);
    }
    return this.#asked(table);
  }

  async #ask(wanted: readonly Wanted[], signal: AbortSignal): Promise<void> {
    const { session, clock, contextOf } = this.#options;
    const context = contextOf(signal);
    const { region } = session;
    const things = wanted.filter((one) => !one.startsWith('spot ')).map(bare);
    await mapLimit(
      things.filter((thing) => !this.#listed.has(thing)),
      AT_ONCE,
      async (thing) => {
        const price = await listedPrice(session, context, { region, thing });
        if (price !== undefined) this.#listed.set(thing, price);
      },
    );
    const types = wanted.filter((one) => one.startsWith('spot ')).map(bare);
    const unasked = types.filter((type) => !this.#spot.has(type));
    for (const [type, zones] of await spotPrices(session, context, unasked, clock.wallMs()))
      this.#spot.set(type, zones);
  }

  /** What the list does not have is in the table, perhaps. */
  #asked(table: UnitPrices): UnitPrices {
    const day = new Date(this.#options.clock.wallMs()).toISOString().slice(0, 10);
    const spot = this.#spot.size > 0 ? '; spot machines at what they cost at the moment' : '';
    return {
      source: `AWS Price List of ${day}, of ${this.#options.session.region}${spot}`,
      knowsSpot: true,
      of: (wanted, zone = '') =>
        wanted.startsWith('spot ')
          ? this.#spot.get(bare(wanted))?.get(zone)
          : (this.#listed.get(bare(wanted)) ?? table.of(wanted)),
    };
  }
}

function bare(wanted: Wanted): string {
  return wanted.replace(/^(?:machine|spot) /, '');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
