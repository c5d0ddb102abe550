import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';

/** What an object holds. JSON keeps it, so bytes that are no text are written in base64. */
export const Content = z.strictObject({
  form: z.enum(['text', 'base64']),
  data: z.string(),
  bytes: z.int().nonnegative(),
  etag: z.string(),
  type: z.string(),
  metadata: z.record(z.string(), z.string()),
  /** Absent: sealed with the key that S3 keeps itself. */
  kmsKeyId: z.string().optional(),
});
export type Content = Readonly<z.output<typeof Content>>;

interface Packing {
  readonly type?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly kmsKeyId?: string | undefined;
}

export function packed(body: string | Uint8Array, { type, metadata = {}, kmsKeyId }: Packing): Content {
  const bytes = Buffer.from(body);
  const text = bytes.toString();
  const isText = typeof body === 'string' || bytes.equals(Buffer.from(text));
  const data = isText ? text : bytes.toString('base64');
  return {
    form: isText ? 'text' : 'base64',
    data,
    bytes: bytes.length,
    etag: etagOf(data),
    type: type ?? 'application/octet-stream',
    metadata,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  };
}

/** Equal contents have equal tags, as on AWS: a tag says what is stored, not who stored it. */
function etagOf(data: string): string {
  return `"${sha256Hex(data).slice(0, 32)}"`;
}

function bytesOf({ form, data }: Content): Uint8Array {
  return Buffer.from(data, form === 'text' ? 'utf8' : 'base64');
}

export function textOf(content: Content): string {
  return content.form === 'text' ? content.data : Buffer.from(bytesOf(content)).toString();
}

/** The part of the SDK's stream that its users read an object with. */
export function bodyOf(content: Content): object {
  return {
    transformToString: async (encoding: BufferEncoding = 'utf8') => Buffer.from(bytesOf(content)).toString(encoding),
    transformToByteArray: async () => bytesOf(content),
  };
}
