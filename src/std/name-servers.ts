/** What the public DNS says of a domain. */
export interface NameServers {
  /** Who answers for it: names without a dot at their end; none: nobody, or there is no such domain. Fails when DNS itself does not answer. */
  of(domain: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Of version 4; none: it has none, or there is no such domain. Fails as the other does. */
  addresses(domain: string, signal: AbortSignal): Promise<readonly string[]>;
}
