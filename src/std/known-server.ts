/** A server that only its own authorities vouch for, and as whom one speaks to it. All in PEM. */
export interface KnownServer {
  /** What it is called in its certificate, whatever leads to it. */
  readonly name: string;
  /** Nobody else is believed. */
  readonly authorities: readonly string[];
  readonly certificate: string;
  readonly key: string;
}

export interface ServerRequest {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface ServerAnswer {
  readonly status: number;
  readonly body: string;
}

/** There is no answer. */
export class LostRequest extends Error {
  override readonly name = 'LostRequest';
  /** It may have been heard all the same; else no connection came about. */
  readonly wasSent: boolean;

  constructor(message: string, { wasSent, cause }: { readonly wasSent: boolean; readonly cause?: unknown }) {
    super(message, { cause });
    this.wasSent = wasSent;
  }
}

/** Requests to one server, over connections that are kept open until it is disposed of; a failure is a LostRequest. */
export interface ServerLine extends Disposable {
  ask(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer>;
}

/** HTTPS to servers that are known beforehand, as a port. */
export interface KnownServers {
  open(server: KnownServer): ServerLine;
}
