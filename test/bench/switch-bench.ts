import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { FrameDecoder, type WireFrame } from '#providers/local/switch/frame-codec.ts';
import { SwitchProcess, type SwitchProgram } from '#providers/local/switch/switch-process.ts';
import { eventually, SwitchPlace } from '../providers/local/switch/support/switch-place.ts';
import { EVERYBODY, macOf, writeTestFrame } from '../providers/local/switch/support/test-frame.ts';
import { repository } from '../tooling/repository.ts';
import { type Figure, median } from './figure.ts';

const FRAME_BYTES = 1_500;
const WARM_UP_MS = 500;
const LOAD_MS = 3_000;
const SAMPLES = 3_000;
/** Until everything has been compiled that is used often. */
const UNCOUNTED = 1_000;

const built: SwitchProgram = {
  node: process.execPath,
  program: join(repository, 'dist', 'providers', 'local', 'switch', 'switch-main.js'),
  conditions: [],
};

/** What the switch of local machines carries, and what it costs to go through it: the built program, and real sockets. */
export async function switchFigures(program = built): Promise<readonly Figure[]> {
  await using place = await SwitchPlace.make();
  const running = new SwitchProcess({ world: place.world, program, directory: place.directory });
  await running.start(place.config());
  try {
    using first = await Client.plugIn(0, place.config().segment);
    using second = await Client.plugIn(1, place.config().segment);
    await introduce(first, second);
    const mbits = await throughput(first, second);
    const through = await latencies(first, second);
    const directUs = median(await directLatencies(join(place.root, 'direct')));
    const note = `one way, above the ${directUs.toFixed(0)} µs of one socket`;
    return [
      { name: `switch, frames of ${FRAME_BYTES} bytes`, value: mbits, unit: 'Mbit/s', note: 'one pair, one way' },
      { name: '  added latency, median', value: median(through) - directUs, unit: 'µs', note },
      { name: '  added latency, p99', value: p99(through) - directUs, unit: 'µs', note },
    ];
  } finally {
    await running.stop();
  }
}

class Client implements Disposable {
  readonly index: number;
  readonly socket: Socket;
  frames = 0;
  heard: () => void = () => undefined;

  constructor(index: number, socket: Socket) {
    this.index = index;
    this.socket = socket;
    const decoder = new FrameDecoder();
    socket.on('data', (piece) => {
      this.frames += decoder.push(Buffer.from(piece)).length;
      this.heard();
    });
  }

  static async plugIn(index: number, path: string): Promise<Client> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new Client(index, socket);
  }

  frameTo(to: number): WireFrame {
    return writeTestFrame({ from: macOf(this.index), to, sequence: 0 }, FRAME_BYTES);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** So that the switch knows where they are. */
async function introduce(first: Client, second: Client): Promise<void> {
  first.socket.write(first.frameTo(EVERYBODY));
  second.socket.write(second.frameTo(EVERYBODY));
  await eventually(() => first.frames === 1 && second.frames === 1);
}

async function throughput(first: Client, second: Client): Promise<number> {
  const burst = Buffer.concat(Array.from({ length: 40 }, () => first.frameTo(macOf(second.index))));
  let sent = 0;
  const done = new AbortController();
  const load = (async () => {
    while (!done.signal.aborted) {
      sent += 40;
      if (!first.socket.write(burst)) await once(first.socket, 'drain');
    }
  })();
  await passed(WARM_UP_MS);
  const [framesBefore, startMs] = [second.frames, performance.now()];
  await passed(LOAD_MS);
  const [frames, elapsedMs] = [second.frames - framesBefore, performance.now() - startMs];
  done.abort();
  await load;
  // All that was sent has come: nothing of it was lost for speed.
  await eventually(() => second.frames === sent + 1);
  return (frames * FRAME_BYTES * 8) / elapsedMs / 1_000;
}

async function latencies(first: Client, second: Client): Promise<readonly number[]> {
  const frame = first.frameTo(macOf(second.index));
  const samples: number[] = [];
  for (let sample = 0; sample < UNCOUNTED + SAMPLES; sample += 1) {
    const { promise, resolve } = Promise.withResolvers<number>();
    second.heard = () => resolve(performance.now());
    const startMs = performance.now();
    first.socket.write(frame);
    samples.push(((await promise) - startMs) * 1_000);
  }
  return samples.slice(UNCOUNTED);
}

async function directLatencies(path: string): Promise<readonly number[]> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve);
  server.listen(path);
  await once(server, 'listening');
  using first = await Client.plugIn(0, path);
  using second = new Client(1, await accepted.promise);
  const samples = await latencies(first, second);
  server.close();
  return samples;
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
