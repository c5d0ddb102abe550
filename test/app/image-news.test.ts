import { expect, test } from 'vitest';
import type { RunEvent } from '#app/app.ts';
import { imageNews } from '#app/image-news.ts';
import { parseRunLog } from '#app/logged-event.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const URL = 'https://cloud.example.com/debian.qcow2';

test('a download is told in steps that are worth a line, and the log knows them again', async () => {
  const events: RunEvent[] = [];
  const tell = imageNews(new VirtualClock(), (event) => events.push(event));
  tell({ type: 'waiting', url: URL });
  tell({ type: 'waiting', url: URL });
  for (let bytes = 0; bytes <= 1_000; bytes += 1) {
    tell({ type: 'downloading', url: URL, bytes, of: 1_000, bytesPerSecond: 1 });
  }
  tell({ type: 'checking', url: URL });
  tell({ type: 'taken-from-cache', id: 'ab12'.repeat(16), because: 'offline' });
  expect(events).toHaveLength(1 + 20 + 1 + 1);
  expect(events.at(-1)).toEqual({
    type: 'image-news',
    text: 'nobody says what is newest, so ab12ab12ab12 of the cache is taken',
  });
  const log = events.map((event) => JSON.stringify({ atMs: 1, run: 'r', event })).join('\n');
  expect(parseRunLog(log).map(({ event }) => event)).toEqual(events);
});

test('a download whose end nobody knows is told now and then', async () => {
  const clock = new VirtualClock();
  const events: RunEvent[] = [];
  const tell = imageNews(clock, (event) => events.push(event));
  for (let second = 0; second < 60; second += 1) {
    tell({ type: 'downloading', url: URL, bytes: second, of: undefined, bytesPerSecond: 1 });
    await clock.advance(1_000);
  }
  expect(events).toHaveLength(6);
});
