import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { vi } from 'vitest';

interface Fetched {
  /** As curl ends: 0 when all is well, null when it was killed. */
  readonly code: number | null;
  readonly status: string;
  readonly heard: Buffer;
}

interface Fetching {
  kill(): void;
  readonly ended: Promise<Fetched>;
}

/** What machines ask with: the tool itself, as their scripts start it. */
export function curl(...words: readonly string[]): Promise<Fetched> {
  return startCurl(...words).ended;
}

export function startCurl(...words: readonly string[]): Fetching {
  const tool = spawn('curl', ['-s', '-w', '%{stderr}%{http_code}', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<Fetched>((resolve, reject) => {
    const heard: Buffer[] = [];
    let status = '';
    tool.stdout.on('data', (piece: Buffer) => heard.push(piece));
    tool.stderr.setEncoding('utf8').on('data', (piece: string) => {
      status += piece;
    });
    tool.once('error', reject);
    tool.once('close', (code) => resolve({ code, status, heard: Buffer.concat(heard) }));
  });
  return { kill: () => void tool.kill('SIGKILL'), ended };
}

const PATIENCE = { timeout: 40_000, interval: 20 };

/** Until something has come into the file: how much there is then. */
export function begun(pathOf: () => Promise<string | undefined>): Promise<number> {
  return vi.waitFor(async () => {
    const path = await pathOf();
    const { size } = path === undefined ? { size: 0 } : await stat(path);
    if (size === 0) throw new Error('Nothing has come yet.');
    return size;
  }, PATIENCE);
}
