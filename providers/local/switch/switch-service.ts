import type { Clock } from '#std/clock.ts';
import type { Disk } from '#std/disk.ts';
import type { Files } from '#std/files.ts';
import type { RunningProgram } from '#std/programs.ts';
import type { Random } from '#std/random.ts';
import type { Sockets } from '#std/sockets.ts';
import type { ControlAnswer, ControlRequest, SwitchStatus } from './control-protocol.ts';
import { serveControl } from './control-server.ts';
import { unlessAbsent } from '../acts.ts';
import { DnsForwarder } from './dns-forwarder.ts';
import type { Link } from './links.ts';
import { NameService } from './name-service.ts';
import { plug } from './plug.ts';
import { plugStation } from './plug-station.ts';
import { Segment, type SegmentEvent } from './segment.ts';
import { LinksFile, parseResolver, SwitchConfig, type SwitchPlaces, SwitchState } from './switch-config.ts';
import { SwitchLog } from './switch-log.ts';
import { Trunk } from './trunk.ts';
import { WatchedDirectories } from './watched-directories.ts';

/** All that a switch needs of the workstation. */
interface SwitchWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly disk: Disk;
  readonly sockets: Sockets;
}

interface SwitchOptions {
  readonly world: SwitchWorld;
  readonly places: SwitchPlaces;
  /** The process that this is. */
  readonly self: Pick<RunningProgram, 'pid' | 'start'>;
}

const LOOK_EVERY_MS = 1_000;
/** So that whoever asked it to stop has the answer first. */
const LAST_WORD_MS = 50;

/** The switch of a region: the segment, the host on it, the names, and who gives orders. */
export class SwitchService implements AsyncDisposable {
  /** Resolves, with the reason, when it is to end. */
  readonly ended: Promise<string>;
  readonly #options: SwitchOptions;
  readonly #config: SwitchConfig;
  readonly #log: SwitchLog;
  readonly #segment: Segment;
  readonly #names: NameService;
  readonly #watched: WatchedDirectories;
  readonly #opened = new AsyncDisposableStack();
  readonly #closed = new AbortController();
  readonly #end: (reason: string) => void;
  #forwarder: DnsForwarder | undefined;
  #trunks: readonly Trunk[] = [];
  #dnsPort = 0;
  #looking: Promise<void> | undefined;

  private constructor(options: SwitchOptions, config: SwitchConfig) {
    const { world, places } = options;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#options = options;
    this.#config = config;
    this.ended = promise;
    this.#end = resolve;
    this.#log = new SwitchLog(world, places.log);
    this.#segment = new Segment({
      clock: world.clock,
      seed: config.seed,
      tell: (event) => this.#log.say(sentenceOf(event)),
    });
    const ask = async (query: Buffer) => this.#forwarder?.ask(query);
    this.#names = new NameService(
      { domain: config.names.domain, serverAddress: config.address, records: [] },
      config.resolvers.length === 0 ? undefined : ask,
    );
    this.#watched = new WatchedDirectories({
      files: world.files,
      records: config.names.directory,
      machines: config.machines,
      tellRecords: (records) => this.#names.know(records),
      tellMachines: (machines) => this.#segment.know(machines),
    });
  }

  /** It takes frames and orders when this has resolved. */
  static async open(options: SwitchOptions): Promise<SwitchService> {
    const { world, places } = options;
    const config = SwitchConfig.parse(JSON.parse(await world.files.read(places.config)));
    const service = new SwitchService(options, config);
    try {
      await service.#begin();
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
    return service;
  }

  end(reason: string): void {
    this.#end(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#opened.disposeAsync();
    await this.#looking;
    await this.#log.settled();
  }

  async #begin(): Promise<void> {
    const { sockets } = this.#options.world;
    const { segment, control, address, region } = this.#config;
    // First what can be taken by one switch only: a second one of the same place goes no further.
    this.#opened.use(await sockets.listen({ path: control }, (caller) => serveControl(caller, this.#obey)));
    this.#opened.use(await sockets.listen({ path: segment }, (machine) => plug(this.#segment, 'machine', machine)));
    this.#segment.setLinks(await this.#readLinks());
    await this.#watched.look();
    plugStation(this.#segment, address, this.#names);
    await this.#openNames();
    await this.#openTrunks();
    await this.#writeState();
    this.#log.say(
      `The switch of ${region} takes frames at ${segment}, and questions for names at port ${this.#dnsPort}.`,
    );
    this.#looking = this.#keepLooking();
  }

  async #openNames(): Promise<void> {
    const { sockets, clock, random } = this.#options.world;
    const resolvers = this.#config.resolvers.map(parseResolver);
    if (resolvers.length > 0) {
      this.#forwarder = this.#opened.use(await DnsForwarder.open({ sockets, clock, random, resolvers }));
    }
    const socket = await sockets.datagrams(this.#config.dnsPort, ({ bytes, address, port }) => {
      void this.#names.answer(Buffer.from(bytes)).then((answer) => {
        if (answer !== undefined && !this.#closed.signal.aborted) socket.send(answer, { address, port });
      });
    });
    this.#opened.use(socket);
    this.#dnsPort = socket.port;
  }

  async #openTrunks(): Promise<void> {
    const { sockets, clock } = this.#options.world;
    const trunks: Trunk[] = [];
    for (const trunk of this.#config.trunks) {
      trunks.push(this.#opened.use(await Trunk.open({ sockets, clock, segment: this.#segment }, trunk)));
    }
    this.#trunks = trunks;
  }

  readonly #obey = async (request: ControlRequest): Promise<ControlAnswer> => {
    switch (request.do) {
      case 'status':
        break;
      case 'reload':
        await this.#watched.lookAgain();
        break;
      case 'set-links':
        await this.#setLinks(request.links);
        break;
      case 'stop':
        void this.#endSoon();
        break;
    }
    return { ok: true, status: this.#status() };
  };

  #status(): SwitchStatus {
    return {
      region: this.#config.region,
      pid: this.#options.self.pid,
      dnsPort: this.#dnsPort,
      machines: [...this.#segment.status()],
      strangers: this.#segment.strangers,
      records: this.#names.recordCount,
      links: [...this.#segment.links],
      trunks: this.#trunks.map(({ region, isConnected }) => ({ region, isConnected })),
    };
  }

  async #endSoon(): Promise<void> {
    await this.#options.world.clock.sleep(LAST_WORD_MS, this.#closed.signal).catch(() => undefined);
    this.#end('it was asked to');
  }

  async #setLinks(links: readonly Link[]): Promise<void> {
    const { world, places } = this.#options;
    await world.disk.write(places.links, new TextEncoder().encode(`${JSON.stringify({ format: 1, links })}\n`));
    this.#segment.setLinks(links);
    this.#log.say(`The rules are now ${JSON.stringify(links)}.`);
  }

  async #readLinks(): Promise<readonly Link[]> {
    const { world, places } = this.#options;
    const text = await unlessAbsent(() => world.files.read(places.links));
    return text === undefined ? [] : LinksFile.parse(JSON.parse(text)).links;
  }

  async #keepLooking(): Promise<void> {
    const { world, places } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await world.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      try {
        const found = await unlessAbsent(() => world.files.modifiedMs(places.config));
        if (found === undefined) return this.#end('its directory is gone');
        if (await this.#isReplaced()) return this.#end('another has taken its place');
        await this.#watched.look();
      } catch (error) {
        this.#log.say(`What others write could not be read: ${String(error)}`);
      }
    }
  }

  /** Of two that take over the sockets of a dead one at the same moment, the last to write its state has them. */
  async #isReplaced(): Promise<boolean> {
    const { world, places, self } = this.#options;
    const text = await unlessAbsent(() => world.files.read(places.state));
    if (text === undefined) return false;
    const { pid, start } = SwitchState.parse(JSON.parse(text));
    return pid !== self.pid || start !== self.start;
  }

  async #writeState(): Promise<void> {
    const { world, places, self } = this.#options;
    const { region } = this.#config;
    const state: SwitchState = { format: 1, pid: self.pid, start: self.start, region, dnsPort: this.#dnsPort };
    await world.disk.write(places.state, new TextEncoder().encode(`${JSON.stringify(state)}\n`));
  }
}

function sentenceOf(event: SegmentEvent): string {
  switch (event.type) {
    case 'machine-found':
      return `${event.machine.name} is connected.`;
    case 'machine-gone':
      return `${event.machine.name} is gone.`;
    case 'stuck':
      return `${event.port.machine?.name ?? 'A connection'} takes nothing: frames to it are lost.`;
    case 'free':
      return `${event.port.machine?.name ?? 'A connection'} takes frames again.`;
  }
}
