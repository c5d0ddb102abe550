import { CallError } from '#engine/call.ts';
import type { BoardRegister } from '#host/shared-peer-board.ts';

interface Stored {
  readonly text: string;
  readonly tag: string;
}

/** What befalls a write; `later`: it is under way for so long that others come first, and is done then, if it can be. */
export type Mishap = 'lost request' | 'lost answer' | 'later' | undefined;

/** One text in memory, under a tag that says what is stored and not who stored it, as a bucket's does. */
export class MemoryBoard implements BoardRegister {
  stored: Stored | undefined;
  writes = 0;
  reads = 0;
  /** Asked before every write, which has a number from 1 on. */
  mishap: (write: number) => Mishap = () => undefined;
  readonly #late: (() => void)[] = [];

  read(): Promise<Stored | undefined> {
    this.reads += 1;
    return Promise.resolve(this.stored);
  }

  swap(_context: unknown, text: string, expected: string | undefined): Promise<boolean> {
    this.writes += 1;
    const mishap = this.mishap(this.writes);
    if (mishap === 'later') this.#late.push(() => this.#write(text, expected));
    const isWritten = mishap === undefined || mishap === 'lost answer' ? this.#write(text, expected) : false;
    if (mishap === undefined) return Promise.resolve(isWritten);
    return Promise.reject(new CallError({ outcome: 'ambiguous', message: mishap }));
  }

  /** Everything that was under way comes through now. */
  arrive(): void {
    for (const write of this.#late.splice(0)) write();
  }

  #write(text: string, expected: string | undefined): boolean {
    if (this.stored?.tag !== expected) return false;
    this.stored = { text, tag: `tag of ${text}` };
    return true;
  }
}
