/** What the public DNS says of who answers for a domain. */
export interface NameServers {
  /** Names without a dot at their end; none: nobody, or there is no such domain. Fails when DNS itself does not answer. */
  of(domain: string, signal: AbortSignal): Promise<readonly string[]>;
}
