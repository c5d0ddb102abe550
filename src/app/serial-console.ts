import type { CaredMachines } from './cared-machines.ts';
import { DEADLINES } from './deadlines.ts';
import type { AppPorts } from './ports.ts';

export interface ConsoleRequest {
  readonly node: string;
  readonly follow: boolean;
}

/** What a machine has said on its serial console, line by line: as it came, with whatever it may do to a terminal. */
export async function* serialConsole(
  { clock, logFiles }: Pick<AppPorts, 'clock' | 'logFiles'>,
  { care, idOf }: Pick<CaredMachines, 'care' | 'idOf'>,
  { node, follow }: ConsoleRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const path = await care.consoleOf(idOf(node));
  let [offset, begun] = [0, ''];
  for (;;) {
    const read = await logFiles.readFrom(path, offset);
    offset = read.offset;
    const lines = `${begun}${read.text}`.split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
    if (!follow || signal.aborted) break;
    await clock.sleep(DEADLINES.followMs, signal).catch(() => undefined);
  }
  if (begun !== '') yield begun;
}
