/** Gone: nobody can switch it on again. */
export type Power = 'on' | 'off' | 'gone';

/** The life of machines apart from what they are in a cluster. Each goes by the provider's own name for it. */
export interface MachineCare {
  powerOf(id: string): Promise<Power>;
  /** As with the button for power, and without it when that does not help in time. Off already is fine. */
  stop(id: string, signal: AbortSignal): Promise<void>;
  /** One that was stopped, or has switched itself off. On already is fine. */
  start(id: string, signal: AbortSignal): Promise<void>;
  /** The file that its serial console is written to; it only grows, and may not be there yet. */
  consoleOf(id: string): Promise<string>;
  /** Fails with a Problem while the machine is off or has not said hello. */
  shellOf(id: string, signal: AbortSignal): Promise<ShellAccess>;
}

/** How one gets into a machine by SSH. */
export interface ShellAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The private key that the machine lets in. */
  readonly identityFile: string;
  /** As the machine said them in its hello, such as `ssh-ed25519 AAAA…`: no other is believed. */
  readonly hostKeys: readonly string[];
}
