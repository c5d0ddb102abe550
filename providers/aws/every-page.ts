import type { Page } from './shared-listing.ts';

/** All items of a listing, however small the service cuts its pages. */
export async function everyPage<Item>(
  ask: (after: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await ask(after);
    found.push(...items);
    after = next;
  } while (after !== undefined);
  return found;
}
