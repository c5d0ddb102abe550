import type { Clock } from '#std/clock.ts';
import type { RunEvent } from './app.ts';

/** As the provider says it. */
type ImageEvent =
  | {
      readonly type: 'downloading';
      readonly url: string;
      readonly bytes: number;
      readonly of: number | undefined;
      readonly bytesPerSecond: number;
    }
  | { readonly type: 'waiting' | 'checking'; readonly url: string }
  | { readonly type: 'taken-from-cache'; readonly id: string; readonly because: string };

const EVERY_PERCENT = 5;
const EVERY_MS = 10_000;

/** How an image comes, so that people see it move and a log can still be read. */
export function imageNews(clock: Clock, emit: (event: RunEvent) => void): (event: ImageEvent) => void {
  const told = new Map<string, { readonly share: number; readonly atMs: number }>();
  return (event) => {
    switch (event.type) {
      case 'downloading': {
        const { url, bytes, of, bytesPerSecond } = event;
        const now = { share: shareOf(bytes, of), atMs: clock.monotonicMs() };
        const before = told.get(url);
        if (before !== undefined && before.share === now.share && now.atMs - before.atMs < EVERY_MS) return;
        told.set(url, now);
        emit({ type: 'image-coming', from: url, bytes, ...(of === undefined ? {} : { of }), bytesPerSecond });
        return;
      }
      case 'waiting':
        if (told.has(event.url)) return;
        told.set(event.url, { share: 0, atMs: clock.monotonicMs() });
        emit({ type: 'image-news', text: `another run fetches ${event.url}` });
        return;
      case 'checking':
        emit({ type: 'image-news', text: `checking the digest of ${event.url}` });
        return;
      case 'taken-from-cache':
        emit({
          type: 'image-news',
          text: `nobody says what is newest, so ${event.id.slice(0, 12)} of the cache is taken`,
        });
    }
  };
}

/** In steps that are worth a line. */
function shareOf(bytes: number, of: number | undefined): number {
  return of === undefined || of === 0 ? 0 : Math.floor((100 * bytes) / of / EVERY_PERCENT);
}
