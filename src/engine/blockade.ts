import { CallError } from './call.ts';
import type { ResourceRecord } from './record.ts';
import type { Work } from './work.ts';

/** In pauses between two looks: what goes in a moment is not worth a look. */
const FIRST_LOOK = 10;
const NEXT_LOOK = 60;
const NAMED_MAX = 10;

/** Why something does not go: what the service says and, when that lasts, what stands in its way. */
export class Blockade {
  readonly #work: Work;
  readonly #record: ResourceRecord;
  #lookAtMs: number | undefined;
  #blockers: readonly string[] = [];

  constructor(work: Work, record: ResourceRecord) {
    this.#work = work;
    this.#record = record;
  }

  /** For who waits, and for who gives up. */
  async words(refusal: unknown, outputs: unknown): Promise<string> {
    const { clock, provider } = this.#work.runtime;
    const { pollMs } = provider.consistency;
    const nowMs = clock.monotonicMs();
    this.#lookAtMs ??= nowMs + FIRST_LOOK * pollMs;
    if (nowMs >= this.#lookAtMs) {
      this.#blockers = await this.#look(outputs);
      this.#lookAtMs = clock.monotonicMs() + NEXT_LOOK * pollMs;
    }
    if (this.#blockers.length === 0) return messageOf(refusal);
    const named = this.#blockers.slice(0, NAMED_MAX).join('; ');
    const more = this.#blockers.length - NAMED_MAX;
    return `what stands in its way to go: ${named}${more > 0 ? `; and ${more} more` : ''}`;
  }

  /** Not being allowed to look is nothing new to who waits for it to go. */
  async #look(outputs: unknown): Promise<readonly string[]> {
    const type = this.#work.typeOf(this.#record.kind, this.#record.address);
    try {
      return (
        (await type.blockers?.(this.#work.runtime.provider.session, this.#work.contextOf(this.#record), outputs)) ?? []
      );
    } catch (error) {
      if (error instanceof CallError) return [];
      throw error;
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof CallError ? error.message : 'the service to answer';
}
