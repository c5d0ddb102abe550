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

/** What a key of a machine is for, such as `etcd`: also the name of its files there. */
const purpose = z.string().regex(/^[a-z][a-z-]{0,30}$/);
const pem = z.string().min(1).max(8_000);
/** By the purpose of the request that each answers: with the authorities that its holder is to believe. */
const certificates = z.record(purpose, z.strictObject({ certificate: pem, authority: pem }));

/**
 * What letters say of certificates, before they say it: whom a holder is to believe is one authority, or one and its successor.
 * Of one that is empty they say nothing: the machine did not ask for it.
 */
export const HeldCertificates = z.record(
  purpose,
  z.strictObject({ certificate: z.union([pem, z.literal('')]), believes: z.array(pem).min(1).readonly() }),
);
export type HeldCertificates = Readonly<z.output<typeof HeldCertificates>>;

export const Hello = z.strictObject({
  format,
  box: z.string(),
  /** Public halves of what the machine made for itself. */
  keys: z.strictObject({ sshHost: publicKey, overlay: publicKey }),
  /** Certificate requests in PEM, by purpose, each for a key of its own and in the name of the box. */
  requests: z.record(purpose, pem),
});
export type Hello = Readonly<z.output<typeof Hello>>;

/** A file that machines fetch by its digest: `GET /assets/<sha256>` at the mailbox. */
export const Asset = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9.-]{0,60}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /**
   * Of a `tar.gz`, the programs in it are put beside each other, whatever directories they are in. An `image` is one of a
   * container, as an archive of OCI or of Docker, and stays whole.
   */
  form: z.enum(['program', 'tar.gz', 'image']),
});
export type Asset = Readonly<z.output<typeof Asset>>;

export const Welcome = z.strictObject({
  format,
  cluster: z.string(),
  /** Instance of the node this welcome makes: one welcome for one incarnation. */
  incarnation: z.string(),
  node: z.string(),
  role: z.string(),
  region: z.string(),
  zone: z.string(),
  /** Variables of the node's scripts: `OVERLAY_ADDRESS`. */
  settings: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()),
  /** Each is a file that only root reads: `overlay-psk`. */
  secrets: z.record(purpose, z.string()),
  certificates,
  /** What it fetches before anything of it runs, each by its digest. */
  assets: z.array(Asset).readonly(),
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

/** All certificates of a node that runs, when one of them has changed. Whatever is in it is public. */
export const Renewal = z.strictObject({ format, box: z.string(), number: z.int().min(1), certificates });
export type Renewal = Readonly<z.output<typeof Renewal>>;

/** What the machine says to it: `renewed-…` without a reason, `refused-…` with one. */
export const RenewalAnswer = z.strictObject({ format, box: z.string(), reason: z.string().max(2_000).optional() });
export type RenewalAnswer = Readonly<z.output<typeof RenewalAnswer>>;

/** What a node that runs is to run from now on: everything that it is to have, as its welcome once said it. */
export const Update = z.strictObject({
  format,
  box: z.string(),
  number: z.int().min(1),
  assets: z.array(Asset).readonly(),
});
export type Update = Readonly<z.output<typeof Update>>;

/** Of the settings in a welcome: how many updates its node was sent before there was this machine. It awaits the next. */
export const UPDATES_BEFORE = 'UPDATES';

const LAST_LINES_MAX = 50;

/** Of a machine that gives up, and of one that is halted in an update: that one goes on trying. */
export const FailureReport = z.strictObject({
  format,
  box: z.string(),
  stage: z.string(),
  reason: z.string().max(2_000),
  /** Of the stage's log. */
  lastLines: z.array(z.string().max(2_000)).max(LAST_LINES_MAX).readonly(),
});
export type FailureReport = Readonly<z.output<typeof FailureReport>>;

export const LETTER = {
  hello: 'hello',
  welcome: 'welcome',
  failed: 'failed',
  givenUp: 'given-up',
  leave: 'leave',
  left: 'left',
  wasReady: 'was-ready',
} as const;

/** `stage-03-overlay` for the third stage. */
export function stageLetter(stages: readonly string[], stage: string): string {
  return `stage-${String(stages.indexOf(stage) + 1).padStart(2, '0')}-${stage}`;
}

const REPORT = /^stage-\d\d-(.+)$/;

/** Whether the stage has been reported, whatever its number. */
export function isReported(letters: readonly string[], stage: string): boolean {
  return letters.some((letter) => REPORT.exec(letter)?.[1] === stage);
}

const RENEWAL = /^renewal-(\d{2,4})$/;

/** `renewal-07`: they are counted from 1 on. */
export function renewalLetter(number: number): string {
  return `renewal-${numbered(number)}`;
}

/** Undefined: it is another letter. */
export function renewalNumber(letter: string): number | undefined {
  const digits = RENEWAL.exec(letter)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What a machine answers to `renewal-07` when it has taken it, and when it has not. */
export function renewalAnswers(number: number): { readonly renewed: string; readonly refused: string } {
  return { renewed: `renewed-${numbered(number)}`, refused: `refused-${numbered(number)}` };
}

const UPDATE = /^update-(\d{2,4})$/;

/** `update-03`: they are counted from 1 on, by node, and not by machine. */
export function updateLetter(number: number): string {
  return `update-${numbered(number)}`;
}

/** Undefined: it is another letter. */
export function updateNumber(letter: string): number | undefined {
  const digits = UPDATE.exec(letter)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What a machine answers to `update-03` when all of it runs, and when it does not. The second may be followed by the first. */
export function updateAnswers(number: number): { readonly updated: string; readonly halted: string } {
  return { updated: `updated-${numbered(number)}`, halted: `halted-${numbered(number)}` };
}

function numbered(number: number): string {
  return String(number).padStart(2, '0');
}
