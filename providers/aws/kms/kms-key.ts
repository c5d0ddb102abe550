import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import type { ClusterUid } from '#engine/address.ts';
import { CallError, isRejected } from '#engine/call.ts';
import { problem, type Problem } from '#engine/problem.ts';
import { refusalProblem } from '#engine/refusal.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { Consistency } from '#engine/runtime.ts';
import type { DataKey, KeyProvider } from '#state/data-key.ts';
import { AEAD_KEY_BYTES } from '#std/aead.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import { answered } from '../answers.ts';
import type { AwsSession } from '../session.ts';

interface KmsKeyOptions {
  readonly kms: AwsSession['kms'];
  readonly context: Pick<ResourceContext, 'read' | 'signal'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly consistency: Consistency;
  /** ARN of the key; asked for once, when a data key is first wrapped or opened. */
  keyId(): Promise<string>;
}

const PREFIX = 'kms.';

/** Wraps data keys under a key of KMS, bound to the cluster: what is wrapped for one cluster opens for no other. */
export class KmsKey implements KeyProvider {
  readonly #options: KmsKeyOptions;
  #keyId: string | undefined;

  constructor(options: KmsKeyOptions) {
    this.#options = options;
  }

  async create(lineage: ClusterUid): Promise<DataKey> {
    const { kms, context, random } = this.#options;
    const bytes = random.bytes(AEAD_KEY_BYTES);
    const KeyId = await this.#id();
    const command = new EncryptCommand({ KeyId, Plaintext: bytes, EncryptionContext: boundTo(lineage) });
    const { CiphertextBlob } = await this.#ask(lineage, () => kms.read(context, 'wrap the key of the state', command));
    const wrapped = Buffer.from(answered(CiphertextBlob, 'CiphertextBlob')).toString('base64url');
    return { bytes, wrapped: `${PREFIX}${wrapped}` };
  }

  async open(lineage: ClusterUid, wrapped: string): Promise<Uint8Array> {
    const { kms, context } = this.#options;
    if (!wrapped.startsWith(PREFIX)) throw sealBroken(lineage, 'KMS did not wrap it');
    const CiphertextBlob = Buffer.from(wrapped.slice(PREFIX.length), 'base64url');
    // Named although KMS knows it from the text: what was wrapped under any other key must not open.
    const KeyId = await this.#id();
    const command = new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext: boundTo(lineage) });
    const { Plaintext } = await this.#ask(lineage, () => kms.read(context, 'open the key of the state', command));
    return answered(Plaintext, 'Plaintext');
  }

  async #id(): Promise<string> {
    this.#keyId ??= await this.#options.keyId();
    return this.#keyId;
  }

  /** A young key is not known everywhere: its absence counts only when it lasts. */
  async #ask<T>(lineage: ClusterUid, request: () => Promise<T>): Promise<T> {
    const { clock, consistency, context } = this.#options;
    const giveUpAtMs = clock.monotonicMs() + consistency.visibleWithinMs;
    for (;;) {
      try {
        return await request();
      } catch (error) {
        if (!isRejected(error, 'absent') || clock.monotonicMs() >= giveUpAtMs) throw keyProblem(lineage, error);
        await clock.sleep(consistency.pollMs, context.signal);
      }
    }
  }
}

function boundTo(lineage: ClusterUid): Record<string, string> {
  return { 'bootstrap:cluster': lineage };
}

/** Another key, another cluster, or a text that was altered: KMS does not say which. */
const DOES_NOT_OPEN: ReadonlySet<string> = new Set(['IncorrectKeyException', 'InvalidCiphertextException']);

function keyProblem(lineage: ClusterUid, error: unknown): unknown {
  if (!(error instanceof CallError)) return error;
  const { cause, message } = error;
  if (cause instanceof Error && DOES_NOT_OPEN.has(cause.name)) return sealBroken(lineage, message, error);
  if (!isRejected(error, 'absent')) return refusalProblem(error) ?? error;
  return problem('state.key-missing', { detail: `KMS does not have the key of ${lineage}: ${message}.`, cause: error });
}

function sealBroken(lineage: ClusterUid, why: string, cause?: CallError): Problem {
  return problem('state.seal-broken', { detail: `The key of the state of ${lineage} does not open: ${why}.`, cause });
}
