import type { Duplex } from 'node:stream';
import { problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';
import type { Sockets } from '#std/sockets.ts';
import { ControlAnswer, type ControlRequestInput, LINE_LENGTH_MAX, type SwitchStatus } from './control-protocol.ts';
import { LineReader } from './line-reader.ts';

const ANSWER_WITHIN_MS = 10_000;

interface ControlGround {
  readonly sockets: Pick<Sockets, 'connect'>;
  readonly clock: Clock;
}

/** Gives one order to the switch that listens there, and has from it how things are then. */
export async function orderSwitch(
  { sockets, clock }: ControlGround,
  path: string,
  request: ControlRequestInput,
): Promise<SwitchStatus> {
  const connection = await sockets.connect({ path }).catch((error: unknown) => {
    throw unanswered(path, error);
  });
  const done = new AbortController();
  try {
    const late = clock.sleep(ANSWER_WITHIN_MS, done.signal).then(() => undefined);
    late.catch(() => undefined);
    const line = firstLine(connection);
    connection.write(`${JSON.stringify(request)}\n`);
    const answer = ControlAnswer.parse(JSON.parse((await Promise.race([line, late])) ?? UNANSWERED));
    if (answer.ok) return answer.status;
    throw problem('local.switch-failed', { detail: `The switch at ${path} refused "${request.do}": ${answer.reason}` });
  } finally {
    done.abort();
    connection.destroy();
  }
}

const UNANSWERED = JSON.stringify({ ok: false, reason: 'it said nothing' } satisfies ControlAnswer);

/** Undefined: the connection has ended before there was one. */
function firstLine(connection: Duplex): Promise<string | undefined> {
  const reader = new LineReader(LINE_LENGTH_MAX);
  return new Promise((resolve) => {
    connection.on('data', (piece: Buffer) => {
      const [line] = reader.push(piece) ?? [];
      if (line !== undefined) resolve(line);
    });
    connection.on('error', () => resolve(undefined));
    connection.once('close', () => resolve(undefined));
  });
}

function unanswered(path: string, cause: unknown): unknown {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return problem('local.switch-failed', { detail: `Nobody answers at ${path}: ${reason}`, cause });
}
