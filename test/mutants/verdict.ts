import { z } from 'zod';

/** What a killer says of the product as it lies there. */
export const verdict = z.strictObject({
  /** `broke` is no judgement: it could not look, and says why. */
  outcome: z.enum(['passed', 'failed', 'broke']),
  detail: z.string(),
});

export type Verdict = z.output<typeof verdict>;

/** What the test worker is asked: to run the files that these vitest filters mean. */
export const question = z.strictObject({ filters: z.array(z.string()).readonly() });

export function broke(detail: string): Verdict {
  return { outcome: 'broke', detail };
}
