/** Something that happens at a virtual time; marked dead it is passed over, which is cheaper than taking it out. */
export interface ScheduledEvent {
  readonly atMs: number;
  /** Orders events of one moment; drawn from the seed. */
  readonly key: number;
  readonly label: string;
  readonly run: () => void;
  dead: boolean;
}

/** A binary heap: the earliest event first. */
export class EventHeap {
  readonly #events: ScheduledEvent[] = [];

  push(event: ScheduledEvent): void {
    const events = this.#events;
    let place = events.length;
    events.push(event);
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = events[parentPlace];
      if (parent === undefined || isBefore(parent, event)) break;
      events[place] = parent;
      place = parentPlace;
    }
    events[place] = event;
  }

  /** The earliest event that is not dead. */
  pop(): ScheduledEvent | undefined {
    for (;;) {
      const event = this.#popAny();
      if (event === undefined || !event.dead) return event;
    }
  }

  #popAny(): ScheduledEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (last !== undefined && events.length > 0) this.#sink(last);
    return first;
  }

  #sink(event: ScheduledEvent): void {
    const events = this.#events;
    let place = 0;
    for (;;) {
      const leftPlace = 2 * place + 1;
      const left = events[leftPlace];
      if (left === undefined) break;
      const right = events[leftPlace + 1];
      const useRight = right !== undefined && isBefore(right, left);
      const child = useRight ? right : left;
      if (isBefore(event, child)) break;
      events[place] = child;
      place = useRight ? leftPlace + 1 : leftPlace;
    }
    events[place] = event;
  }
}

function isBefore(left: ScheduledEvent, right: ScheduledEvent): boolean {
  return left.atMs === right.atMs ? left.key < right.key : left.atMs < right.atMs;
}
