import { serveDoor } from '#providers/local/mailbox/door.ts';
import type { Connection } from '#providers/local/mailbox/read-request.ts';
import type { Clock } from '#std/clock.ts';
import type { Files } from '#std/files.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SeededRandom } from '../../../../simulation/seeded-random.ts';

interface Visit {
  readonly files: Files;
  readonly clock: Clock;
  readonly box: string;
  readonly pieces: readonly string[];
  /** Says nothing more, and does not leave either. @default leaves when it has said all */
  readonly stays?: boolean;
  /** Hears nothing of what is said. @default false */
  readonly isDeaf?: boolean;
}

/** All that is answered to one who says this. */
export async function askDoor({ files, clock, box, pieces, stays = false, isDeaf = false }: Visit): Promise<string> {
  const left = pieces.map((piece) => Buffer.from(piece));
  const never = new Promise<undefined>(() => undefined);
  let said = '';
  const connection: Connection = {
    read: async () => left.shift() ?? (stays ? never : undefined),
    write: async (words) => {
      if (isDeaf) await never;
      said += typeof words === 'string' ? words : Buffer.from(words).toString('latin1');
    },
  };
  // Letters are texts: nothing that is said here leads to the real disk.
  await serveDoor({ files, disk: new SystemDisk(), random: new SeededRandom(1), clock }, box, connection);
  return said;
}

export function statusOf(answer: string): string {
  return answer.split('\r\n')[0] ?? '';
}

export function putting(headers: string, body: string, letter = 'hello'): string {
  return `PUT /letters/${letter} HTTP/1.1\r\n${headers}\r\n\r\n${body}`;
}
