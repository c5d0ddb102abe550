import { StoreError } from '#state/object-store.ts';
import { FileError, type FileErrorCode } from '#std/files.ts';
import type { Connection } from './read-request.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is JSON. */
  readonly body?: string | Stream;
}

/** More than is held at once. */
interface Stream {
  readonly bytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  206: 'Partial Content',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  416: 'Range Not Satisfiable',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  507: 'Insufficient Storage',
};

/** These have no body, and so no length of one. */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

const STATUS_OF_FAILURE: Readonly<Record<FileErrorCode, number>> = {
  absent: 404,
  exists: 409,
  full: 507,
  denied: 500,
  io: 500,
};

/** What this workstation could not do is told; what is a defect of our own is not hidden. */
export function answerTo(failure: unknown): Answer {
  if (failure instanceof FileError) return { status: STATUS_OF_FAILURE[failure.code] };
  if (failure instanceof StoreError) return { status: 500 };
  throw failure;
}

/** A stream that breaks off is shorter than was said, which is all that can be told then. */
export async function say(connection: Connection, { body = '', ...head }: Answer): Promise<void> {
  if (typeof body === 'string') return connection.write(`${headOf(head, body)}${body}`);
  await connection.write(headOf(head, body));
  try {
    for await (const piece of body.pieces) await connection.write(piece);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

function headOf({ status, headers = {} }: Answer, body: string | Stream): string {
  const lines = [`HTTP/1.1 ${status} ${REASONS[status] ?? ''}`, 'Connection: close'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push(`Content-Type: application/${typeof body === 'string' ? 'json' : 'octet-stream'}`);
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.bytes;
  if (!BODILESS.has(status)) lines.push(`Content-Length: ${bytes}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
