import type { Duplex } from 'node:stream';
import { type ControlAnswer, ControlRequest, LINE_LENGTH_MAX } from './control-protocol.ts';
import { LineReader } from './line-reader.ts';

export type Obey = (request: ControlRequest) => Promise<ControlAnswer>;

/** Answers a connection's orders in their order. */
export function serveControl(connection: Duplex, obey: Obey): void {
  const reader = new LineReader(LINE_LENGTH_MAX);
  let turn: Promise<void> = Promise.resolve();
  connection.on('data', (piece: Buffer) => {
    const lines = reader.push(piece);
    if (lines === undefined) connection.destroy();
    for (const line of lines ?? []) {
      turn = turn.then(async () => {
        const answer = await answerTo(line, obey);
        if (!connection.destroyed) connection.write(`${JSON.stringify(answer)}\n`);
      });
    }
  });
  connection.on('error', () => connection.destroy());
}

async function answerTo(line: string, obey: Obey): Promise<ControlAnswer> {
  try {
    return await obey(ControlRequest.parse(JSON.parse(line)));
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
