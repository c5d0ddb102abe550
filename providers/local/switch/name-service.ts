import {
  DNS_CODE,
  INTERNET_CLASS,
  readQuery,
  type Reply,
  writeRefusal,
  writeReply,
  writeTruncated,
} from './dns-message.ts';
import { answerFromZone, type NameRecord, type NameZone } from './zone-answers.ts';

/** Asks somebody else; undefined: there was no answer. */
export type Forward = (query: Buffer) => Promise<Buffer | undefined>;

/** Answers for its zone by itself; what is foreign is forwarded, or refused where nobody can be asked. */
export class NameService {
  #zone: NameZone;
  readonly #forward: Forward | undefined;

  constructor(zone: NameZone, forward: Forward | undefined) {
    this.#zone = zone;
    this.#forward = forward;
  }

  get recordCount(): number {
    return this.#zone.records.length;
  }

  /** In the place of those that were known before. */
  know(records: readonly NameRecord[]): void {
    this.#zone = { ...this.#zone, records };
  }

  /** Undefined: nothing that wants an answer. */
  async answer(bytes: Buffer): Promise<Buffer | undefined> {
    const query = readQuery(bytes);
    if (query === undefined) return undefined;
    if ('code' in query) return writeRefusal(bytes, query.code);
    const found = query.question.class === INTERNET_CLASS ? answerFromZone(this.#zone, query.question) : undefined;
    const isRecursive = this.#forward !== undefined;
    if (found !== undefined) return writeReply(query, { ...found, isAuthoritative: true, isRecursive });
    if (this.#forward === undefined) return writeReply(query, empty(DNS_CODE.refused, isRecursive));
    const foreign = await this.#forward(bytes);
    if (foreign === undefined) return writeReply(query, empty(DNS_CODE.failed, isRecursive));
    return foreign.length <= query.answerBytesMax ? foreign : writeTruncated(query, empty(DNS_CODE.ok, isRecursive));
  }
}

function empty(code: number, isRecursive: boolean): Reply {
  return { code, isAuthoritative: false, isRecursive, answers: [], authority: [] };
}
