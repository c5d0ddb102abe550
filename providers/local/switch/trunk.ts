import type { Duplex } from 'node:stream';
import type { Clock } from '#std/clock.ts';
import type { Listening, Sockets } from '#std/sockets.ts';
import { plug } from './plug.ts';
import type { Segment } from './segment.ts';
import type { SwitchConfig } from './switch-config.ts';

const TRY_AGAIN_MS = 1_000;

type TrunkConfig = SwitchConfig['trunks'][number];

interface TrunkGround {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly segment: Segment;
}

/** The line to the switch of another region. It comes back by itself when that switch does. */
export class Trunk implements AsyncDisposable {
  readonly region: string;
  readonly #ground: TrunkGround;
  readonly #closed = new AbortController();
  #connection: Duplex | undefined;
  #listening: Listening | undefined;
  #ended: Promise<void> | undefined;

  private constructor(ground: TrunkGround, region: string) {
    this.#ground = ground;
    this.region = region;
  }

  static async open(ground: TrunkGround, { region, path, side }: TrunkConfig): Promise<Trunk> {
    const trunk = new Trunk(ground, region);
    if (side === 'connect') trunk.#ended = trunk.#stayConnected(path);
    else trunk.#listening = await ground.sockets.listen({ path }, (connection) => trunk.#use(connection));
    return trunk;
  }

  get isConnected(): boolean {
    return this.#connection?.destroyed === false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.#connection?.destroy();
    await this.#ended;
    await this.#listening?.[Symbol.asyncDispose]();
  }

  /** One that comes while there is one already is the same switch, started again. */
  #use(connection: Duplex): void {
    this.#connection?.destroy();
    this.#connection = connection;
    plug(this.#ground.segment, 'trunk', connection);
  }

  async #stayConnected(path: string): Promise<void> {
    const { sockets, clock } = this.#ground;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const connection = await sockets.connect({ path }).catch(() => undefined);
      if (connection !== undefined) {
        this.#use(connection);
        if (signal.aborted) connection.destroy();
        await closeOf(connection);
      }
      await clock.sleep(TRY_AGAIN_MS, signal).catch(() => undefined);
    }
  }
}

function closeOf(connection: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (connection.closed) resolve();
    else connection.once('close', () => resolve());
  });
}
