import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type MotoServer, startMoto } from '../moto/moto-server.ts';
import { pythonWith } from '../moto/python-room.ts';

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('careless-moto-requirements.txt', import.meta.url));

/** A moto that ignores conditions on writes, in the place of the one that these tests otherwise run. */
export async function startCarelessMoto(): Promise<MotoServer> {
  return startMoto({ settings: { PYTHONPATH: await carelessMoto() } });
}

/** Installs it, before anything is timed; returns where it lies. */
export async function carelessMoto(): Promise<string> {
  const python = await pythonWith(REQUIREMENTS);
  const { stdout } = await run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']);
  return stdout.trim();
}
