/** Whoever can be asked to wait. */
export interface Sender {
  waitAt(gate: Gate): void;
  goOn(gate: Gate): void;
}

/** Where those wait who would send more than can be taken now. */
export class Gate {
  readonly #waiting = new Set<Sender>();

  hold(sender: Sender): void {
    if (this.#waiting.has(sender)) return;
    this.#waiting.add(sender);
    sender.waitAt(this);
  }

  open(): void {
    const released = [...this.#waiting];
    this.#waiting.clear();
    for (const sender of released) sender.goOn(this);
  }
}
