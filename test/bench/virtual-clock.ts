import type { Clock } from '#std/clock.ts';
import type { World } from '../simulation/world.ts';

/** The clock of a world in which waiting costs nothing. */
export function virtualClock(world: World): Clock {
  return {
    wallMs: () => Math.floor(world.nowMs),
    monotonicMs: () => world.nowMs,
    sleep: (ms, signal) => sleep(world, ms, signal),
  };
}

function sleep(world: World, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = (): void => {
    timer.dead = true;
    reject(signal?.reason);
  };
  const timer = world.schedule(ms, 'timer', () => {
    signal?.removeEventListener('abort', leave);
    resolve();
  });
  if (signal?.aborted === true) leave();
  else signal?.addEventListener('abort', leave, { once: true });
  return promise;
}
