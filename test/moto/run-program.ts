import { environmentFor } from './moto-server.ts';
import { ended, type ProgramEnd, type Workstation } from '../processes/program/workstation.ts';
import type { CountingProxy, Stop, Traffic } from './counting-proxy.ts';

/** Machines live so many times as fast as the clock: a node is ready after two seconds. */
const SPEED = 60;

export interface ProgramRun extends Omit<ProgramEnd, 'writes'>, Traffic {
  readonly tookMs: number;
}

interface Bench {
  readonly workstation: Workstation;
  readonly proxy: CountingProxy;
}

/** Runs the built program against the emulator behind the proxy; at the stop its whole process group is killed. */
export async function runProgram(
  { workstation, proxy }: Bench,
  args: readonly string[],
  stop?: Stop,
): Promise<ProgramRun> {
  const environment = environmentFor(proxy.endpoint);
  const startMs = performance.now();
  let kill = (): void => undefined;
  proxy.begin(stop === undefined ? undefined : { stop, onStop: () => kill() });
  const child = workstation.start([...args, '--emulator', String(SPEED)], environment);
  kill = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const end = await ended(child);
  return { ...end, ...proxy.traffic, tookMs: performance.now() - startMs };
}
