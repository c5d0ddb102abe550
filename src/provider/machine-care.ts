/** Gone: nobody can switch it on again. */
export type Power = 'on' | 'off' | 'gone';

/** The life of machines apart from what they are in a cluster. Each goes by the provider's own name for it. */
export interface MachineCare {
  powerOf(id: string): Promise<Power>;
  /** As with the button for power, and without it when that does not help in time. Off already is fine. */
  stop(id: string, signal: AbortSignal): Promise<void>;
  /** One that was stopped, or has switched itself off. On already is fine. */
  start(id: string, signal: AbortSignal): Promise<void>;
  consoleOf(id: string): Promise<SerialConsole>;
  /** Fails with a Problem while the machine is off or has not said hello. */
  shellOf(id: string, signal: AbortSignal): Promise<ShellAccess>;
  /** Where a service on these machines is reached from here, the best first. A machine that is off leads nowhere. */
  waysTo(service: ServiceMeant, signal: AbortSignal): Promise<readonly ReachedPort[]>;
}

/** What several machines answer at one port. */
export interface ServiceMeant {
  readonly machines: readonly string[];
  readonly port: number;
  /** Leads to all of them, where the names of a cluster are known outside of it. */
  readonly name: string;
}

export interface ReachedPort {
  readonly host: string;
  readonly port: number;
}

/** What a machine has said on its serial console. */
type SerialConsole =
  /** All of it: the file only grows, and may not be there yet. */
  | { readonly file: string }
  /** The last part of it, as it is now: what comes pushes out what was first. */
  | { readonly recent: (signal: AbortSignal) => Promise<string> };

/** A machine as SSH finds it. */
export interface WayIn {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** As the machine said them in its hello, such as `ssh-ed25519 AAAA…`: no other is believed. */
  readonly hostKeys: readonly string[];
}

/** How one gets into a machine by SSH. */
export interface ShellAccess extends WayIn {
  /** The private key that the machine lets in. @default the operator's own, whose public half the cluster was given */
  readonly identityFile?: string;
  /** One that lets the operator through to it: it cannot be reached directly. */
  readonly through?: WayIn | undefined;
}
