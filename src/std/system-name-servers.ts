import { Resolver } from 'node:dns/promises';
import type { NameServers } from './name-servers.ts';

const TIMEOUT_MS = 1_500;
const TRIES = 2;

interface SystemNameServersOptions {
  /** `address:port` of those that are asked. @default those of this machine */
  readonly askedAt?: readonly string[];
  /** @default 1500 */
  readonly timeoutMs?: number;
}

/** As this machine's own resolver says it: an answer may be as old as its time to live. */
export class SystemNameServers implements NameServers {
  readonly #options: SystemNameServersOptions;

  constructor(options: SystemNameServersOptions = {}) {
    this.#options = options;
  }

  async of(domain: string, signal: AbortSignal): Promise<readonly string[]> {
    const names = await this.#ask((resolver) => resolver.resolveNs(domain), signal);
    return names.map((name) => name.toLowerCase().replace(/\.$/, '')).toSorted();
  }

  async addresses(domain: string, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#ask((resolver) => resolver.resolve4(domain), signal)).toSorted();
  }

  async #ask(
    question: (resolver: Resolver) => Promise<readonly string[]>,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { askedAt, timeoutMs = TIMEOUT_MS } = this.#options;
    const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
    if (askedAt !== undefined) resolver.setServers(askedAt);
    signal.throwIfAborted();
    const leave = (): void => resolver.cancel();
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await question(resolver);
    } catch (error) {
      signal.throwIfAborted();
      if (saysNobody(error)) return [];
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

function saysNobody(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOTFOUND' || code === 'ENODATA';
}
