/** What a connection is to the door: pieces of what is said that come, and words that go. */
export interface Connection {
  /** Undefined: the other side says no more. */
  read(): Promise<Uint8Array | undefined>;
  write(words: string | Uint8Array): Promise<void>;
}

export interface RequestHead {
  readonly method: string;
  /** As it was written: nothing in it is decoded or resolved. */
  readonly target: string;
  /** Undefined: none was given. */
  readonly length: number | undefined;
  /** The other side waits for a word before it sends the body. */
  readonly waits: boolean;
  /** All before this byte the other side has already. */
  readonly from: number | undefined;
  /** The tags of what it has. */
  readonly known: string | undefined;
}

/** A status that says why the request is not read on. */
export class Refusal {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

const HEAD_BYTES_MAX = 8_192;
const HEAD_END = '\r\n\r\n';
const REQUEST_LINE = /^([A-Z]{3,10}) (\/[!-~]{0,199}) HTTP\/1\.[01]$/;
const HEADER = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([ -~\t]*)$/;
const LENGTH = /^\d{1,9}$/;
/** Of all ways to ask for a part, the one to go on; whoever asks in another way is given everything. */
const FROM = /^bytes=(\d{1,12})-$/;

/** The one request of a connection, as strictly as it can be read: what is doubtful is refused. */
export class RequestReader {
  readonly #connection: Connection;
  #unread = Buffer.alloc(0);

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Undefined: the other side has left without a word. */
  async head(): Promise<RequestHead | Refusal | undefined> {
    let end = -1;
    while (end === -1) {
      if (this.#unread.length > HEAD_BYTES_MAX) return new Refusal(431);
      if (!(await this.#more())) return this.#unread.length === 0 ? undefined : new Refusal(400);
      end = this.#unread.indexOf(HEAD_END);
    }
    if (end > HEAD_BYTES_MAX) return new Refusal(431);
    const [requestLine = '', ...lines] = this.#unread.toString('latin1', 0, end).split('\r\n');
    this.#unread = this.#unread.subarray(end + HEAD_END.length);
    return parseHead(requestLine, lines);
  }

  /** Undefined: the other side has left before it was through. What it says after the body is not heard. */
  async body({ length = 0, waits }: RequestHead): Promise<Uint8Array | undefined> {
    if (waits) await this.#connection.write(`HTTP/1.1 100 Continue${HEAD_END}`);
    while (this.#unread.length < length) if (!(await this.#more())) return undefined;
    return this.#unread.subarray(0, length);
  }

  /** The body as it comes, nothing of it held; it ends early when the other side does. */
  async *pieces({ length = 0, waits }: RequestHead): AsyncGenerator<Uint8Array> {
    if (waits) await this.#connection.write(`HTTP/1.1 100 Continue${HEAD_END}`);
    let missing = length;
    for (let piece: Uint8Array | undefined = this.#unread; piece !== undefined; piece = await this.#connection.read()) {
      const wanted = piece.subarray(0, missing);
      if (wanted.length > 0) yield wanted;
      missing -= wanted.length;
      if (missing === 0) return;
    }
  }

  async #more(): Promise<boolean> {
    const piece = await this.#connection.read();
    if (piece === undefined) return false;
    this.#unread = Buffer.concat([this.#unread, piece]);
    return true;
  }
}

function parseHead(requestLine: string, lines: readonly string[]): RequestHead | Refusal {
  const [matched, method = '', target = ''] = REQUEST_LINE.exec(requestLine) ?? [];
  if (matched === undefined) return new Refusal(400);
  const headers = parseHeaders(lines);
  if (headers === undefined) return new Refusal(400);
  // Only one way to tell where a body ends is understood, so that there is nothing to disagree about.
  if (headers.has('transfer-encoding')) return new Refusal(411);
  const length = headers.get('content-length');
  if (length !== undefined && !LENGTH.test(length)) return new Refusal(400);
  const waits = headers.get('expect')?.toLowerCase() === '100-continue';
  const from = FROM.exec(headers.get('range') ?? '')?.[1];
  const known = headers.get('if-none-match');
  return { method, target, length: numberIn(length), waits, from: numberIn(from), known };
}

function numberIn(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** By their names in small letters; undefined: one is not written as it has to be. */
function parseHeaders(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [header, name = '', value = ''] = HEADER.exec(line) ?? [];
    if (header === undefined) return undefined;
    const known = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), known === undefined ? value.trim() : `${known}, ${value.trim()}`);
  }
  return headers;
}
