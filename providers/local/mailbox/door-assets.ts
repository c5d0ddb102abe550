import { join } from 'node:path';
import type { Answer } from './door-answer.ts';
import type { Visit } from './door-visit.ts';

/** An asset, or what of it comes from a byte on: so that who was cut off goes on where that was. */
export async function giveAsset({ world, shared, head }: Visit, sha256: string): Promise<Answer> {
  const path = join(shared.assets, sha256);
  const size = await world.disk.size(path);
  if (size === undefined) return { status: 404 };
  const { from } = head;
  const headers = { 'Accept-Ranges': 'bytes' };
  if (from === undefined) return { status: 200, headers, body: { bytes: size, pieces: world.disk.pieces(path, 0) } };
  if (from >= size) return { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` } };
  const body = { bytes: size - from, pieces: world.disk.pieces(path, from) };
  return { status: 206, headers: { ...headers, 'Content-Range': `bytes ${from}-${size - 1}/${size}` }, body };
}
