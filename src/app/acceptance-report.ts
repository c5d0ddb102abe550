import { dirname } from 'node:path';
import { z } from 'zod';
import { problem } from '#engine/problem.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { type Files, fileTrouble, isFileError } from '#std/files.ts';
import { nonce } from '#std/random.ts';
import { isSignedBy, Signer, SIGNING_SEED_BYTES } from '#std/signature.ts';
import type { AppPorts } from './ports.ts';

const Step = z.strictObject({
  name: z.string(),
  verdict: z.enum(['passed', 'failed', 'skipped']),
  /** What was seen, with the figures. */
  seen: z.string(),
  tookMs: z.int().min(0),
});

const Report = z.strictObject({
  format: z.literal(1),
  ok: z.boolean(),
  cluster: z.string(),
  uid: z.string(),
  provider: z.string(),
  /** Nothing of it was real. */
  isSimulated: z.boolean(),
  region: z.string(),
  account: z.string(),
  principal: z.string(),
  startedAt: z.string(),
  tookMs: z.int().min(0),
  money: z.strictObject({
    budgetUsd: z.number(),
    hourlyUsd: z.number(),
    spentUsd: z.number(),
    prices: z.string(),
  }),
  steps: z.array(Step).readonly(),
});
export type AcceptanceReport = Readonly<z.output<typeof Report>>;
export type AcceptanceStep = Readonly<z.output<typeof Step>>;

const Signed = z.strictObject({
  report: Report,
  signature: z.strictObject({ algorithm: z.literal('ed25519'), publicKey: z.string(), value: z.string() }),
});

type Ports = Pick<AppPorts, 'files' | 'random'>;

/** The report as a file: whoever changes a letter of it breaks its signature. */
export async function signReport(ports: Ports, keyFile: string, report: AcceptanceReport): Promise<string> {
  const signer = await signerOf(ports, keyFile);
  const value = signer.sign(canonicalJson(report));
  const signed = { report, signature: { algorithm: 'ed25519', publicKey: signer.publicKey, value } } as const;
  return `${JSON.stringify(Signed.parse(signed), undefined, 2)}\n`;
}

export interface CheckedReport {
  readonly report: AcceptanceReport;
  /** Of whoever signed it: to be compared with the one that is expected. */
  readonly publicKey: string;
}

/** Throws a Problem when it is none, or was altered. */
export function checkReport(text: string, path: string): CheckedReport {
  const parsed = Signed.safeParse(parseJson(text));
  if (!parsed.success) throw problem('acceptance.report-invalid', { detail: `${path} is not an acceptance report.` });
  const { report, signature } = parsed.data;
  if (isSignedBy(signature.publicKey, canonicalJson(report), signature.value)) {
    return { report, publicKey: signature.publicKey };
  }
  throw problem('acceptance.report-invalid', { detail: `${path} is not what was signed.` });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The workstation's own, made when it is first needed; whoever comes first makes it. */
async function signerOf({ files, random }: Ports, path: string): Promise<Signer> {
  const known = await readSeed(files, path);
  if (known !== undefined) return new Signer(known);
  const seed = random.bytes(SIGNING_SEED_BYTES);
  const temporary = `${path}.${nonce(random)}`;
  await files.makeDirectory(dirname(path));
  await files.create(temporary, Buffer.from(seed).toString('base64url'));
  try {
    await files.link(temporary, path);
    await files.syncDirectory(dirname(path));
  } catch (error) {
    if (!isFileError(error, 'exists')) throw unusable(path, error);
  } finally {
    await files.remove(temporary);
  }
  return new Signer((await readSeed(files, path)) ?? seed);
}

async function readSeed(files: Files, path: string): Promise<Uint8Array | undefined> {
  try {
    const seed = Buffer.from(await files.read(path), 'base64url');
    if (seed.length === SIGNING_SEED_BYTES) return seed;
  } catch (error) {
    if (isFileError(error, 'absent')) return undefined;
    throw unusable(path, error);
  }
  throw unusable(path, 'it is not the seed of a key');
}

function unusable(path: string, cause: unknown) {
  return problem('acceptance.key-unusable', { detail: `${path}: ${fileTrouble(cause)}.`, cause });
}
