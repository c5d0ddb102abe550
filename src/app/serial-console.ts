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
  const console = await care.consoleOf(idOf(node));
  const news = 'file' in console ? newsOfFile(logFiles, console.file) : newsOfPart(() => console.recent(signal));
  let begun = '';
  for (;;) {
    const lines = `${begun}${await news()}`.split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
    if (!follow || signal.aborted) break;
    await clock.sleep(DEADLINES.followMs, signal).catch(() => undefined);
    // Nobody is asked any more who would first have to be reached.
    if (signal.aborted && 'recent' in console) break;
  }
  if (begun !== '') yield begun;
}

/** What has come since it was last asked. */
type News = () => Promise<string>;

function newsOfFile(logFiles: AppPorts['logFiles'], path: string): News {
  let from = 0;
  return async () => {
    const { offset, text } = await logFiles.readFrom(path, from);
    from = offset;
    return text;
  };
}

function newsOfPart(read: News): News {
  let known = '';
  return async () => {
    const before = known;
    known = await read();
    return saidSince(before, known);
  };
}

/** What of a text stands behind what was known of it, of which the beginning may be gone; all, when nothing of it is left. */
export function saidSince(known: string, now: string): string {
  const [first] = now;
  if (first === undefined) return '';
  for (let at = known.indexOf(first); at !== -1; at = known.indexOf(first, at + 1)) {
    const left = known.slice(at);
    if (now.startsWith(left)) return now.slice(left.length);
  }
  return now;
}
