import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { type AddressInfo, createServer, type ListenOptions, type Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Datagram, DatagramSocket, Listening, SocketPlace, Sockets } from './sockets.ts';
import { systemCodeOf } from './system-file-trouble.ts';

const LOOPBACK = '127.0.0.1';
const SOCKET_MODE = 0o600;

/** The sockets of this machine, and of nobody else. */
export class SystemSockets implements Sockets {
  async listen(place: SocketPlace, accept: (connection: Duplex) => void): Promise<Listening> {
    const open = new Set<Socket>();
    const server = createServer((connection) => {
      open.add(connection);
      outliveErrors(connection);
      connection.once('close', () => open.delete(connection));
      accept(connection);
    });
    await begin(server, place);
    return {
      port: 'path' in place ? undefined : portOf(server.address()),
      async [Symbol.asyncDispose]() {
        for (const connection of open) connection.destroy();
        await closed(server);
      },
    };
  }

  async connect(place: SocketPlace): Promise<Duplex> {
    const connection = new Socket();
    connection.connect('path' in place ? place : { ...place, host: LOOPBACK });
    connection.setNoDelay();
    await once(connection, 'connect');
    outliveErrors(connection);
    return connection;
  }

  async datagrams(
    port: number,
    hear: (datagram: Datagram) => void,
    reach: 'loopback' | 'network' = 'loopback',
  ): Promise<DatagramSocket> {
    const socket = createSocket('udp4');
    socket.on('message', (bytes, { address, port: from }) => hear({ bytes, address, port: from }));
    socket.bind({ ...(reach === 'loopback' ? { address: LOOPBACK } : {}), port, exclusive: true });
    await once(socket, 'listening');
    // Whoever a datagram was for may be gone: that is no failure of the socket.
    socket.on('error', () => undefined);
    return {
      port: socket.address().port,
      send: (bytes, to) => socket.send(bytes, to.port, to.address, () => undefined),
      async [Symbol.asyncDispose]() {
        const end = once(socket, 'close');
        socket.close();
        await end;
      },
    };
  }

  async isFree(port: number): Promise<boolean> {
    const server = createServer();
    try {
      await listening(server, { host: LOOPBACK, port, exclusive: true });
    } catch (error) {
      if (['EADDRINUSE', 'EACCES'].includes(systemCodeOf(error))) return false;
      throw error;
    }
    await closed(server);
    return true;
  }
}

/** A connection that breaks is closed, as whoever has it hears; it is not to end the whole process. */
function outliveErrors(connection: Socket): void {
  connection.on('error', () => undefined);
}

async function begin(server: Server, place: SocketPlace): Promise<void> {
  if ('port' in place) return listening(server, { host: LOOPBACK, port: place.port, exclusive: true });
  const { path } = place;
  try {
    await listening(server, { path });
  } catch (error) {
    if (systemCodeOf(error) !== 'EADDRINUSE' || !(await isLeftBehind(path))) throw error;
    await unlink(path).catch(() => undefined);
    await listening(server, { path });
  }
  await chmod(path, SOCKET_MODE);
}

/** The kernel knows whether anybody listens: a name in the file system outlives its process. */
async function isLeftBehind(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false;
  const connection = new Socket();
  connection.connect({ path });
  try {
    await once(connection, 'connect');
    return false;
  } catch (error) {
    return ['ECONNREFUSED', 'ENOENT'].includes(systemCodeOf(error));
  } finally {
    connection.destroy();
  }
}

async function listening(server: Server, options: ListenOptions): Promise<void> {
  const begun = once(server, 'listening');
  server.listen(options);
  await begun;
}

async function closed(server: Server): Promise<void> {
  const end = once(server, 'close');
  server.close();
  await end;
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return address === null || typeof address === 'string' ? undefined : address.port;
}
