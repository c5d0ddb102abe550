export const DNS_TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, OPT: 41, ANY: 255 } as const;
export const DNS_CODE = { ok: 0, malformed: 1, failed: 2, noSuchName: 3, notImplemented: 4, refused: 5 } as const;

export const INTERNET_CLASS = 1;
const HEADER_BYTES = 12;
const LABEL_BYTES_MAX = 63;
const NAME_BYTES_MAX = 255;
/** What every resolver takes; those that take more say so. */
const ANSWER_BYTES = 512;
/** Fits into one frame, however it travels. */
const LARGE_ANSWER_BYTES = 1_232;
/** The name of the question, which always begins right after the header. */
const QUESTION_POINTER = 0xc0_00 | HEADER_BYTES;
const FLAG = {
  response: 0x80_00,
  authoritative: 0x04_00,
  truncated: 0x02_00,
  asked: 0x01_00,
  recursive: 0x00_80,
} as const;
const OPERATION_MASK = 0x78_00;

export interface Question {
  /** Without a dot at its end, in small letters. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface Query {
  readonly id: number;
  readonly flags: number;
  readonly question: Question;
  /** As it was asked, which some resolvers compare. */
  readonly questionBytes: Buffer;
  /** The largest answer that the asker takes. */
  readonly answerBytesMax: number;
  /** It speaks of extensions, and wants to be answered so. */
  readonly isExtended: boolean;
}

/** Undefined: nobody to answer. Otherwise a query, or the code that a strange one is answered with. */
export function readQuery(bytes: Buffer): Query | { readonly code: number } | undefined {
  if (bytes.length < HEADER_BYTES || (bytes.readUInt16BE(2) & FLAG.response) !== 0) return undefined;
  const flags = bytes.readUInt16BE(2);
  if ((flags & OPERATION_MASK) !== 0) return { code: DNS_CODE.notImplemented };
  if (bytes.readUInt16BE(4) !== 1) return { code: DNS_CODE.malformed };
  const name = readName(bytes, HEADER_BYTES);
  if (name === undefined || name.end + 4 > bytes.length) return { code: DNS_CODE.malformed };
  const questionEnd = name.end + 4;
  const extension = readExtension(bytes, questionEnd);
  return {
    id: bytes.readUInt16BE(0),
    flags,
    question: { name: name.text, type: bytes.readUInt16BE(name.end), class: bytes.readUInt16BE(name.end + 2) },
    questionBytes: bytes.subarray(HEADER_BYTES, questionEnd),
    answerBytesMax: Math.max(ANSWER_BYTES, Math.min(LARGE_ANSWER_BYTES, extension ?? 0)),
    isExtended: extension !== undefined,
  };
}

/** A name as questions have it: whole, without pointers. */
function readName(bytes: Buffer, from: number): { readonly text: string; readonly end: number } | undefined {
  const labels: string[] = [];
  for (let at = from; at < bytes.length;) {
    const length = bytes.readUInt8(at);
    if (length > LABEL_BYTES_MAX || at + 1 + length > bytes.length || at - from > NAME_BYTES_MAX) return undefined;
    if (length === 0) return { text: labels.join('.').toLowerCase(), end: at + 1 };
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return undefined;
}

/** The size of answers that is asked for; it stands in the only record that a plain query carries. */
function readExtension(bytes: Buffer, at: number): number | undefined {
  const isThere = bytes.readUInt16BE(10) > 0 && at + 11 <= bytes.length && bytes.readUInt8(at) === 0;
  return isThere && bytes.readUInt16BE(at + 1) === DNS_TYPE.OPT ? bytes.readUInt16BE(at + 3) : undefined;
}

export interface ResourceLine {
  readonly name: string;
  readonly type: number;
  readonly ttlSeconds: number;
  readonly data: Buffer;
}

export interface Reply {
  readonly code: number;
  /** From whoever has the last word on these names. */
  readonly isAuthoritative: boolean;
  /** It answers also for the names of others. */
  readonly isRecursive: boolean;
  readonly answers: readonly ResourceLine[];
  readonly authority: readonly ResourceLine[];
}

export function writeReply(query: Query, reply: Reply): Buffer {
  const whole = assemble(query, reply, false);
  return whole.length <= query.answerBytesMax ? whole : writeTruncated(query, reply);
}

/** That there is an answer, but too long a one. */
export function writeTruncated(query: Query, reply: Reply): Buffer {
  return assemble(query, { ...reply, answers: [], authority: [] }, true);
}

/** To what could not be read as a query. */
export function writeRefusal(bytes: Buffer, code: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  bytes.copy(head, 0, 0, 2);
  head.writeUInt16BE(FLAG.response | (bytes.readUInt16BE(2) & (OPERATION_MASK | FLAG.asked)) | code, 2);
  return head;
}

function assemble(
  query: Query,
  { code, isAuthoritative, isRecursive, answers, authority }: Reply,
  isCut: boolean,
): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt16BE(query.id, 0);
  const flags = [
    FLAG.response | (query.flags & FLAG.asked) | code,
    isAuthoritative ? FLAG.authoritative : 0,
    isRecursive ? FLAG.recursive : 0,
    isCut ? FLAG.truncated : 0,
  ];
  head.writeUInt16BE(
    flags.reduce((all, flag) => all | flag, 0),
    2,
  );
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt16BE(authority.length, 8);
  head.writeUInt16BE(query.isExtended ? 1 : 0, 10);
  const lines = [...answers, ...authority].map((line) => writeLine(line, query.question.name));
  return Buffer.concat([head, query.questionBytes, ...lines, ...(query.isExtended ? [extensionLine()] : [])]);
}

function writeLine({ name, type, ttlSeconds, data }: ResourceLine, asked: string): Buffer {
  const rest = Buffer.alloc(10);
  rest.writeUInt16BE(type, 0);
  rest.writeUInt16BE(INTERNET_CLASS, 2);
  rest.writeUInt32BE(ttlSeconds, 4);
  rest.writeUInt16BE(data.length, 8);
  return Buffer.concat([name === asked ? pointerToQuestion() : nameData(name), rest, data]);
}

function pointerToQuestion(): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(QUESTION_POINTER, 0);
  return bytes;
}

function extensionLine(): Buffer {
  const bytes = Buffer.alloc(11);
  bytes.writeUInt16BE(DNS_TYPE.OPT, 1);
  bytes.writeUInt16BE(LARGE_ANSWER_BYTES, 3);
  return bytes;
}

export function nameData(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.map((label) => {
    const text = Buffer.from(label, 'latin1').subarray(0, LABEL_BYTES_MAX);
    return Buffer.concat([Buffer.from([text.length]), text]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}
