import { z } from 'zod';

/** Letters of another format are refused, not guessed at. */
export const PROTOCOL_FORMAT = 1;

const format = z.literal(PROTOCOL_FORMAT);
const publicKey = z.string().min(1).max(2_000);

/** What the stub in the user-data tells a machine; public by nature: whoever is on the machine can read it. */
export const Stub = z.strictObject({
  format,
  cluster: z.string(),
  region: z.string(),
  /** Where the mailboxes are. Which one is its own a machine knows from its launch. */
  bucket: z.string(),
});
export type Stub = Readonly<z.output<typeof Stub>>;

export const Hello = z.strictObject({
  format,
  box: z.string(),
  /** Public halves of what the machine made for itself. */
  keys: z.strictObject({ sshHost: publicKey, overlay: publicKey }),
});
export type Hello = Readonly<z.output<typeof Hello>>;

export const Welcome = z.strictObject({
  format,
  cluster: z.string(),
  /** Instance of the node this welcome makes: one welcome for one incarnation. */
  incarnation: z.string(),
  node: z.string(),
  role: z.string(),
  region: z.string(),
  zone: z.string(),
  overlay: z.strictObject({ address: z.string(), podCidr: z.string(), presharedKey: z.string() }),
  /** What the machine reports, in this order. */
  stages: z
    .array(z.string().regex(/^[a-z][a-z-]*$/))
    .min(1)
    .max(20)
    .readonly(),
});
export type Welcome = Readonly<z.output<typeof Welcome>>;

export const StageReport = z.strictObject({
  format,
  box: z.string(),
  stage: z.string(),
  tookMs: z.number().nonnegative(),
});
export type StageReport = Readonly<z.output<typeof StageReport>>;

const LAST_LINES_MAX = 50;

export const FailureReport = z.strictObject({
  format,
  box: z.string(),
  stage: z.string(),
  reason: z.string().max(2_000),
  /** Of the stage's log. */
  lastLines: z.array(z.string().max(2_000)).max(LAST_LINES_MAX).readonly(),
});
export type FailureReport = Readonly<z.output<typeof FailureReport>>;

export const LETTER = { hello: 'hello', welcome: 'welcome', failed: 'failed', givenUp: 'given-up' } as const;

/** `stage-03-overlay` for the third stage. */
export function stageLetter(stages: readonly string[], stage: string): string {
  return `stage-${String(stages.indexOf(stage) + 1).padStart(2, '0')}-${stage}`;
}
