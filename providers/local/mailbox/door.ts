import { join } from 'node:path';
import { type FileErrorCode, FileError, isFileError } from '#std/files.ts';
import type { LocalWorld } from '../local-world.ts';
import { leaveLetter } from './leave-letter.ts';
import { isForMachine, isFromMachine } from './letter-names.ts';
import { type Connection, Refusal, type RequestHead, RequestReader } from './read-request.ts';

type DoorWorld = Pick<LocalWorld, 'files' | 'random' | 'clock'>;

interface Answer {
  readonly status: number;
  readonly body?: string;
  /** What would have been answered in this place. */
  readonly allow?: string;
}

const BODY_BYTES_MAX = 65_536;
/** Far more than there are stages, with the drafts of writers that were killed. */
const ENTRIES_MAX = 200;
/** A machine that is emulated beside others is slow, but not this slow. */
const PATIENCE_MS = 30_000;

const LETTER_PATH = /^\/letters\/([a-z0-9-]{1,60})$/;

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  507: 'Insufficient Storage',
};

/**
 * Serves one request of a machine for its own box:
 *
 * | request               | answer                                          |
 * |-----------------------|-------------------------------------------------|
 * | GET /                 | 204                                             |
 * | PUT /letters/NAME     | 201; 409 when there is such a letter            |
 * | GET /letters/welcome  | 200 with it; 404 when there is none yet         |
 *
 * A machine writes only what is its own to say, and reads only what is for it.
 */
export async function serveDoor(world: DoorWorld, box: string, connection: Connection): Promise<void> {
  const late = world.clock.sleep(PATIENCE_MS);
  const answer = await Promise.race([answerOne(world, box, connection), late.then(() => ({ status: 408 }))]);
  if (answer !== undefined) await Promise.race([connection.write(render(answer)), late]);
}

/** Undefined: nobody waits for an answer. */
async function answerOne(world: DoorWorld, box: string, connection: Connection): Promise<Answer | undefined> {
  const reader = new RequestReader(connection);
  const head = await reader.head();
  if (head === undefined || head instanceof Refusal) return head;
  const { method, target } = head;
  const name = LETTER_PATH.exec(target)?.[1] ?? '';
  const allow = methodFor(target, name);
  if (allow === undefined) return { status: 404 };
  if (method !== allow) return { status: 405, allow };
  if (allow === 'PUT') return takeLetter(world, box, { name, head, reader });
  return target === '/' ? { status: 204 } : readLetter(world, box, name);
}

function methodFor(target: string, name: string): 'GET' | 'PUT' | undefined {
  if (target === '/' || isForMachine(name)) return 'GET';
  return isFromMachine(name) ? 'PUT' : undefined;
}

interface Incoming {
  readonly name: string;
  readonly head: RequestHead;
  readonly reader: RequestReader;
}

async function takeLetter(
  world: DoorWorld,
  box: string,
  { name, head, reader }: Incoming,
): Promise<Answer | undefined> {
  const refused = refuseLength(head);
  if (refused !== undefined) return { status: refused };
  const body = await reader.body(head);
  return body === undefined ? undefined : writeLetter(world, box, { name, body });
}

function refuseLength({ length }: RequestHead): number | undefined {
  if (length === undefined) return 411;
  return length > BODY_BYTES_MAX ? 413 : undefined;
}

async function readLetter({ files }: DoorWorld, box: string, name: string): Promise<Answer> {
  try {
    return { status: 200, body: await files.read(join(box, name)) };
  } catch (error) {
    return { status: isFileError(error, 'absent') ? 404 : 500 };
  }
}

const STATUS_OF_FAILURE: Readonly<Record<FileErrorCode, number>> = {
  absent: 404,
  exists: 409,
  full: 507,
  denied: 500,
  io: 500,
};

async function writeLetter(
  world: DoorWorld,
  box: string,
  { name, body }: { readonly name: string; readonly body: Uint8Array },
): Promise<Answer> {
  const text = objectIn(body);
  if (text === undefined) return { status: 400 };
  try {
    if ((await world.files.list(box)).length >= ENTRIES_MAX) return { status: 507 };
    await leaveLetter(world, box, { name, body: text });
    return { status: 201 };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { status: STATUS_OF_FAILURE[error.code] };
  }
}

/** The text, when it is a JSON object. */
function objectIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? text : undefined;
  } catch {
    return undefined;
  }
}

function render({ status, body, allow }: Answer): string {
  const lines = [`HTTP/1.1 ${status} ${REASONS[status] ?? ''}`, 'Connection: close'];
  if (allow !== undefined) lines.push(`Allow: ${allow}`);
  if (body !== undefined) lines.push('Content-Type: application/json');
  if (status !== 204) lines.push(`Content-Length: ${Buffer.byteLength(body ?? '')}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
