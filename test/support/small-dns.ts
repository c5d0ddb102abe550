import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** `refused`: says that it will not answer. `silent`: says nothing. */
type Answer = readonly string[] | 'unknown' | 'refused' | 'silent';

const HEADER_BYTES = 12;
const [A, NS] = [1, 2];
const NAME_ERROR = 3;
const REFUSED = 5;

/** A DNS server on loopback that knows who answers for a few domains, or where they are, and nothing else. */
export class SmallDns implements AsyncDisposable {
  readonly asked: string[] = [];
  readonly answers = new Map<string, Answer>();
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (query, { port, address }) => {
      const reply = this.#reply(query);
      if (reply !== undefined) socket.send(reply, port, address);
    });
  }

  static async open(): Promise<SmallDns> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new SmallDns(socket);
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #reply(query: Buffer): Buffer | undefined {
    const { name, end } = questionIn(query);
    this.asked.push(name);
    const answer = this.answers.get(name) ?? 'unknown';
    if (answer === 'silent') return undefined;
    const question = query.subarray(HEADER_BYTES, end);
    if (answer === 'unknown') return Buffer.concat([header(query, NAME_ERROR, 0), question]);
    if (answer === 'refused') return Buffer.concat([header(query, REFUSED, 0), question]);
    return Buffer.concat([header(query, 0, answer.length), question, ...answer.map(record)]);
  }
}

function questionIn(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

function header(query: Buffer, code: number, answers: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  query.copy(head, 0, 0, 2);
  // An answer to a standard query, with recursion asked for and available.
  head.writeUInt16BE(0x81_80 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers, 6);
  return head;
}

/** An address is one, anything else is the name of a server. */
function record(said: string): Buffer {
  const isAddress = /^[\d.]+$/.test(said);
  const parts = said.split('.');
  const labels = parts.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const data = isAddress ? Buffer.from(parts.map(Number)) : Buffer.concat([...labels, Buffer.from([0])]);
  const head = Buffer.alloc(12);
  // The name is that of the question.
  head.writeUInt16BE(0xc0_0c, 0);
  head.writeUInt16BE(isAddress ? A : NS, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
