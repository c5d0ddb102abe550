import type { Duplex } from 'node:stream';

/** A socket in the file system, or a port of this machine that nobody else reaches. */
export type SocketPlace = { readonly path: string } | { readonly port: number };

export interface Listening extends AsyncDisposable {
  /** That it has got when it asked for 0. */
  readonly port: number | undefined;
}

export interface Datagram {
  readonly bytes: Uint8Array;
  readonly address: string;
  readonly port: number;
}

export interface DatagramSocket extends AsyncDisposable {
  readonly port: number;
  send(bytes: Uint8Array, to: Pick<Datagram, 'address' | 'port'>): void;
}

/** Connections within this machine, and datagrams, as a port. A failure has the code of the system, such as ECONNREFUSED. */
export interface Sockets {
  /** A path that a dead process has left is taken over. */
  listen(place: SocketPlace, accept: (connection: Duplex) => void): Promise<Listening>;
  connect(place: SocketPlace): Promise<Duplex>;
  /** On the loopback address, unless it has to reach others; port 0: any that is free. @default 'loopback' */
  datagrams(port: number, hear: (datagram: Datagram) => void, reach?: 'loopback' | 'network'): Promise<DatagramSocket>;
  /** Whether a server could have this port of the loopback address now. */
  isFree(port: number): Promise<boolean>;
}
