import { describe, expect, test } from 'vitest';
import type { Call } from '#engine/resource.ts';
import { type Asking, type Page, SharedListing } from '#providers/aws/shared-listing.ts';
import { settle } from '../../support/virtual-clock.ts';

const CALL: Call = { budget: 'test', purpose: 'list things' };

/** A service whose answers are given by hand, one request after the other. */
class Service {
  readonly requests: string[] = [];
  readonly #waiting: PromiseWithResolvers<Page<string>>[] = [];

  readonly listing = new SharedListing<string, string>((context, query, after) =>
    context.read(CALL, () => {
      this.requests.push(after === undefined ? query : `${query} after ${after}`);
      const answer = Promise.withResolvers<Page<string>>();
      this.#waiting.push(answer);
      return answer.promise;
    }),
  );

  async answer(items: readonly string[], next?: string): Promise<void> {
    this.#waiting.shift()?.resolve({ items, next });
    await settle();
  }

  async fail(error: Error): Promise<void> {
    this.#waiting.shift()?.reject(error);
    await settle();
  }
}

function asking(signal = new AbortController().signal): Asking {
  return {
    signal,
    read: async (_call, request) => {
      signal.throwIfAborted();
      return request(signal);
    },
  };
}

/** As a budget does: the request waits until it is let go. */
function heldBack(): { readonly asking: Asking; go(): void } {
  const gate = Promise.withResolvers<void>();
  const { signal } = new AbortController();
  const read: Asking['read'] = async (_call, request) => {
    await gate.promise;
    return request(signal);
  };
  return { asking: { signal, read }, go: gate.resolve };
}

describe('a shared listing', () => {
  test('is one request for all who come before it is sent', async () => {
    const service = new Service();
    const first = heldBack();
    const answers = [service.listing.ask(first.asking, 'a', 'a'), service.listing.ask(asking(), 'a', 'a')];
    await settle();
    expect(service.requests).toEqual([]);
    first.go();
    await settle();
    await service.answer(['one']);
    expect(await Promise.all(answers)).toEqual([['one'], ['one']]);
    expect(service.requests).toEqual(['a']);
  });

  test('is asked for once more, and only once, by all who come while it is under way', async () => {
    const service = new Service();
    const early = service.listing.ask(asking(), 'a', 'a');
    await settle();
    const late = [service.listing.ask(asking(), 'a', 'a'), service.listing.ask(asking(), 'a', 'a')];
    await settle();
    expect(service.requests).toEqual(['a']);
    await service.answer(['old']);
    await service.answer(['new']);
    expect(await early).toEqual(['old']);
    expect(await Promise.all(late)).toEqual([['new'], ['new']]);
    expect(service.requests).toEqual(['a', 'a']);
  });

  test('is complete, page after page', async () => {
    const service = new Service();
    const answer = service.listing.ask(asking(), 'a', 'a');
    await settle();
    await service.answer(['one'], 'p2');
    await service.answer([], 'p3');
    await service.answer(['two']);
    expect(await answer).toEqual(['one', 'two']);
    expect(service.requests).toEqual(['a', 'a after p2', 'a after p3']);
  });

  test('keeps different questions apart', async () => {
    const service = new Service();
    const answers = [service.listing.ask(asking(), 'a', 'a'), service.listing.ask(asking(), 'b', 'b')];
    await settle();
    await service.answer(['one']);
    await service.answer(['two']);
    expect(await Promise.all(answers)).toEqual([['one'], ['two']]);
  });

  test('fails for all who share it, and is asked anew afterwards', async () => {
    const service = new Service();
    const failing = Array.from({ length: 2 }, () => service.listing.ask(asking(), 'a', 'a').catch(String));
    await settle();
    await service.fail(new Error('no such luck'));
    expect(await Promise.all(failing)).toEqual(['Error: no such luck', 'Error: no such luck']);
    const again = service.listing.ask(asking(), 'a', 'a');
    await settle();
    await service.answer(['one']);
    expect(await again).toEqual(['one']);
  });

  test('goes on for those who stay when the one who began it leaves', async () => {
    const service = new Service();
    const leaving = new AbortController();
    const first = heldBack();
    const begun = service.listing.ask({ ...first.asking, signal: leaving.signal }, 'a', 'a').catch(() => 'left');
    const stayed = service.listing.ask(asking(), 'a', 'a');
    first.go();
    await settle();
    leaving.abort();
    await service.fail(new Error('aborted'));
    await service.answer(['one']);
    expect(await begun).toBe('left');
    expect(await stayed).toEqual(['one']);
  });
});
