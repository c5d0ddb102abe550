import { CallError } from '#engine/call.ts';
import type { BoxContents, Mailbox } from '#host/mailbox.ts';

/** A mailbox in memory, with a hand in it for the machine's side. */
export class MemoryMailbox implements Mailbox {
  readonly boxes = new Map<string, Map<string, string>>();
  readonly goneMachines = new Set<string>();

  async look(_context: unknown, box: string): Promise<BoxContents> {
    const machine = this.goneMachines.has(box) ? 'gone' : 'there';
    return { letters: [...this.#lettersOf(box).keys()].toSorted(), machine };
  }

  async read(_context: unknown, box: string, letter: string): Promise<string | undefined> {
    return this.#lettersOf(box).get(letter);
  }

  async write(_context: unknown, box: string, letter: { readonly name: string; readonly body: string }): Promise<void> {
    const letters = this.#lettersOf(box);
    if (letters.has(letter.name))
      throw new CallError({ outcome: 'rejected', reason: 'exists', message: 'There is such a letter.' });
    letters.set(letter.name, letter.body);
  }

  async remove(_context: unknown, box: string, letters: readonly string[]): Promise<void> {
    for (const letter of letters) this.#lettersOf(box).delete(letter);
  }

  /** What the machine does. */
  post(box: string, letter: string, content: unknown = {}): void {
    this.#lettersOf(box).set(letter, JSON.stringify(content));
  }

  names(box: string): readonly string[] {
    return [...this.#lettersOf(box).keys()].toSorted();
  }

  #lettersOf(box: string): Map<string, string> {
    const known = this.boxes.get(box) ?? new Map<string, string>();
    this.boxes.set(box, known);
    return known;
  }
}
