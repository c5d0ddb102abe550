/** What this machine is and has. */
export interface HostFacts {
  readonly name: string;
  readonly user: string;
  readonly platform: 'linux' | 'darwin' | 'other';
  readonly architecture: 'amd64' | 'arm64' | 'other';
  readonly cores: number;
  /** That programs can still have without others being pushed out. */
  availableMemoryMiB(): Promise<number>;
  /** Another one after every start of the machine. */
  bootId(): Promise<string>;
}
