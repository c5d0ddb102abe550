/** A client of the SDK, for what passes through it as it is. */
export interface Passing {
  send(command: object, options?: object): Promise<unknown>;
}
