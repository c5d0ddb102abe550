import { join } from 'node:path';
import type { Answer } from './door-answer.ts';
import type { Visit } from './door-visit.ts';
import { leaveLetter } from './leave-letter.ts';
import { questionTo } from './letter-names.ts';

const BODY_BYTES_MAX = 65_536;
/** Far more than there are stages, with the drafts of writers that were killed. */
const ENTRIES_MAX = 200;

export async function giveLetter({ world, box }: Visit, name: string): Promise<Answer> {
  return { status: 200, body: await world.files.read(join(box, name)) };
}

export async function takeLetter(visit: Visit, name: string): Promise<Answer | undefined> {
  const { head, reader } = visit;
  if (head.length === undefined) return { status: 411 };
  if (head.length > BODY_BYTES_MAX) return { status: 413 };
  const body = await reader.body(head);
  return body === undefined ? undefined : writeLetter(visit, name, body);
}

async function writeLetter({ world, box }: Visit, name: string, body: Uint8Array): Promise<Answer> {
  const text = objectIn(body);
  if (text === undefined) return { status: 400 };
  const names = (await world.files.list(box)).map((entry) => entry.name);
  if (names.length >= ENTRIES_MAX) return { status: 507 };
  const question = questionTo(name);
  if (question !== undefined && !names.includes(question)) return { status: 403 };
  await leaveLetter(world, box, { name, body: text });
  return { status: 201 };
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
