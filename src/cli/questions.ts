import type { CommandContext } from './command.ts';
import { Declined, Interrupted, UsageError } from './usage-error.ts';

export interface Question<Value> {
  readonly question: string;
  /** What Enter alone means, as it would be typed. */
  readonly fallback?: string;
  /** What is wrong with an answer is said by a UsageError, and it is asked again. */
  readonly read: (answer: string) => Value;
  /** What is wrong with what was read, if anything is. */
  readonly flawOf?: (value: Value) => Promise<string | undefined>;
}

interface Agreement {
  /** What there is to know before the answer. */
  readonly preface: readonly string[];
  readonly question: string;
  /** What Enter alone means. */
  readonly fallback: boolean;
  /** It was agreed to beforehand. */
  readonly isAgreed: boolean;
}

/** Questions, one line each, with the answer that Enter alone gives in brackets. */
export class Questions {
  readonly #context: Pick<CommandContext, 'terminal' | 'palette' | 'interrupts' | 'isJson'>;

  constructor(context: Pick<CommandContext, 'terminal' | 'palette' | 'interrupts' | 'isJson'>) {
    this.#context = context;
  }

  get canAsk(): boolean {
    return this.#context.terminal.isInteractive && !this.#context.isJson;
  }

  say(lines: readonly string[]): void {
    this.#context.terminal.output.write(lines.map((line) => `${line}\n`).join(''));
  }

  async ask<Value>({ question, fallback, read, flawOf }: Question<Value>): Promise<Value> {
    const { strong, faint, care } = this.#context.palette;
    const hint = fallback === undefined || fallback === '' ? '' : ` ${faint(`[${fallback}]`)}`;
    for (;;) {
      const typed = await this.#readLine(`${strong(question)}${hint} `);
      try {
        const value = read(typed === '' ? (fallback ?? '') : typed);
        const flaw = await flawOf?.(value);
        if (flaw === undefined) return value;
        this.say([care(`  ${flaw}`)]);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        this.say([care(`  ${error.message}`)]);
      }
    }
  }

  /** Goes on only when the answer is yes. */
  async agree({ preface, question, fallback, isAgreed }: Agreement): Promise<void> {
    if (isAgreed) return;
    if (!this.canAsk) throw new UsageError('Nobody is here to agree; say it with --yes.');
    this.say(preface);
    const isYes = await this.ask({ question, fallback: fallback ? 'yes' : 'no', read: readYesOrNo });
    if (!isYes) throw new Declined('Nothing was touched.');
  }

  async #readLine(question: string): Promise<string> {
    const { terminal, interrupts } = this.#context;
    const { stop } = interrupts;
    if (stop.aborted) throw new Interrupted();
    const line = await terminal.readLine(question, stop);
    if (line === undefined) throw new Declined('Nothing was touched.');
    return line.trim();
  }
}

export function readYesOrNo(answer: string): boolean {
  const word = answer.toLowerCase();
  if (word === 'y' || word === 'yes') return true;
  if (word === 'n' || word === 'no') return false;
  throw new UsageError('Yes or no?');
}
