import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { LostRequest, type ServerAnswer, type ServerRequest } from './known-server.ts';

/** A longer answer is cut off. */
const ANSWER_BYTES_MAX = 64 * 2 ** 20;

type Words = Pick<ServerRequest, 'method' | 'path' | 'headers' | 'body'>;

/** One request on a connection that is there, and what is said to it. A failure is a LostRequest. */
export async function talk(session: ClientHttp2Session, words: Words, signal: AbortSignal): Promise<ServerAnswer> {
  const stream = begin(session, words);
  const leave = (): void => stream.close(constants.NGHTTP2_CANCEL);
  signal.addEventListener('abort', leave, { once: true });
  count(session, 1);
  try {
    return await heard(stream);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    count(session, -1);
  }
}

/** Requests without an answer yet. */
const underWay = new WeakMap<ClientHttp2Session, number>();

/** Only who waits for an answer keeps a process. */
function count(session: ClientHttp2Session, change: 1 | -1): void {
  const now = (underWay.get(session) ?? 0) + change;
  underWay.set(session, now);
  if (session.destroyed) return;
  if (now > 0) session.ref();
  else session.unref();
}

function begin(session: ClientHttp2Session, { method, path, headers, body }: Words): ClientHttp2Stream {
  try {
    const endStream = body === undefined;
    const stream = session.request({ ...headers, ':method': method, ':path': path }, { endStream });
    if (!endStream) stream.end(body);
    return stream;
  } catch (error) {
    // The connection has ended meanwhile.
    const why = error instanceof Error ? error.message : String(error);
    throw new LostRequest(why, { wasSent: false, cause: error });
  }
}

function heard(stream: ClientHttp2Stream): Promise<ServerAnswer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    let status = 0;
    let ended = false;
    let failure: Error | undefined;
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length > ANSWER_BYTES_MAX)
        stream.destroy(new LostRequest(`an answer of more than ${ANSWER_BYTES_MAX} bytes`, { wasSent: true }));
    });
    stream.on('end', () => {
      ended = true;
    });
    stream.on('error', (error: Error) => {
      failure = error;
    });
    stream.on('close', () => {
      if (ended && status !== 0 && failure === undefined) {
        resolve({ status, body: Buffer.concat(pieces).toString('utf8') });
        return;
      }
      // The server has said that it never looked at it.
      const wasSent = stream.rstCode !== constants.NGHTTP2_REFUSED_STREAM;
      reject(new LostRequest(failure?.message ?? 'the connection was closed', { wasSent, cause: failure }));
    });
  });
}
