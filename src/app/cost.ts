import { type Change, isUpward } from '#engine/change.ts';
import type { Plan } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import type { PriceBook, PricedResource } from '#provider/price-book.ts';
import type { PlanCost } from './app.ts';

/** What a plan changes at what is paid. */
export interface CostedPlan {
  readonly cost: PlanCost;
  /** By change, for those that change it. */
  readonly differences: ReadonlyMap<Change, number>;
}

interface Sides {
  readonly change: Change;
  readonly before: PricedResource | undefined;
  readonly after: PricedResource | undefined;
}

/** Everything that a plan is about, as it is and as it will be: what prices are needed for. */
export function resourcesOf(plan: Pick<Plan, 'changes'>, snapshot: Snapshot): readonly PricedResource[] {
  return sidesOf(plan, snapshot)
    .flatMap(({ before, after }) => [before, after])
    .filter((resource) => resource !== undefined);
}

/** Pure: the same plan, state and prices give the same cost. */
export function costOf(plan: Pick<Plan, 'changes'>, snapshot: Snapshot, book: PriceBook): CostedPlan {
  const sides = sidesOf(plan, snapshot);
  const before = pricesOf(book, sides, (side) => side.before);
  const after = pricesOf(book, sides, (side) => side.after);
  const differences = new Map<Change, number>();
  for (const { change } of sides) {
    const difference = cents((after.get(change) ?? 0) - (before.get(change) ?? 0));
    if (difference !== 0) differences.set(change, difference);
  }
  const { source, byUse, unknown } = book;
  return { cost: { before: sum(before.values()), after: sum(after.values()), source, byUse, unknown }, differences };
}

/**
 * | change           | before | after            |
 * |------------------|--------|------------------|
 * | create, adopt    |        | as declared      |
 * | keep, update     | it     | it, as declared  |
 * | replace          | it     | as declared      |
 * | destroy, abandon | it     |                  |
 * | leave            | it     | it               |
 */
function sidesOf({ changes }: Pick<Plan, 'changes'>, snapshot: Snapshot): readonly Sides[] {
  return changes.map((change) => {
    const { address, kind, action } = change;
    const record =
      'instanceId' in change && change.instanceId !== undefined ? snapshot.records.get(change.instanceId) : undefined;
    const there =
      record === undefined ? undefined : { address, kind: record.kind, inputs: record.inputs, outputs: record.outputs };
    if (!isUpward(change)) return { change, before: there, after: action === 'leave' ? there : undefined };
    const { inputs } = change.declaration;
    const stays = action === 'keep' || action === 'update';
    const after = { address, kind, inputs, ...(stays ? { outputs: record?.outputs } : {}) };
    return { change, before: action === 'create' || action === 'adopt' ? undefined : there, after };
  });
}

function pricesOf(
  book: PriceBook,
  sides: readonly Sides[],
  choose: (side: Sides) => PricedResource | undefined,
): ReadonlyMap<Change, number> {
  const chosen = sides.flatMap((side) => {
    const resource = choose(side);
    return resource === undefined ? [] : [{ change: side.change, resource }];
  });
  const prices = book.monthly(chosen.map(({ resource }) => resource));
  return new Map(chosen.map(({ change }, index) => [change, prices[index] ?? 0]));
}

function sum(prices: Iterable<number>): number {
  return cents([...prices].reduce((total, price) => total + price, 0));
}

function cents(price: number): number {
  return Math.round(100 * price) / 100;
}
