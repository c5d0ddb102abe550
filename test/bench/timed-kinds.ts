import type { CreateContext, ResourceContext, ResourceType } from '#engine/resource.ts';

/** How long the requests of each resource were under way, by address; waiting for a token or for a look is not in it. */
export class RequestTimes {
  readonly byAddress = new Map<string, number>();
  /** When the last request of the address was answered. */
  readonly answeredAtMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The same kind, its changing requests timed. */
  timed(type: ResourceType): ResourceType {
    return {
      ...type,
      create: (session, context, inputs) => type.create(session, this.#timedCreate(context), inputs),
      sync: (session, context, inputs, observed) => type.sync(session, this.#timing(context), inputs, observed),
    };
  }

  #timedCreate(context: CreateContext): CreateContext {
    const { token, variant, lot } = context;
    return { ...this.#timing(context), token, variant, lot };
  }

  #timing(context: ResourceContext): ResourceContext {
    return {
      ...context,
      mutate: (call, request) =>
        context.mutate(call, async (signal) => {
          const startMs = this.#nowMs();
          const answer = await request(signal);
          this.#note(context.address, startMs);
          return answer;
        }),
    };
  }

  #note(address: string, startMs: number): void {
    const endMs = this.#nowMs();
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + endMs - startMs);
    this.answeredAtMs.set(address, endMs);
  }
}
