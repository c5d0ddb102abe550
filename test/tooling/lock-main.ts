import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type Manifest, completeLock } from './complete-lock.ts';
import { listBindings, parseLock, printLock } from './lock.ts';
import { repository } from './repository.ts';

const Answer = z.object({
  license: z.string().optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
  engines: z.record(z.string(), z.string()).optional(),
  'dist.integrity': z.string().optional(),
});

const run = promisify(execFile);
const path = join(repository, 'package-lock.json');
const lock = parseLock(readFileSync(path, 'utf8'));
const complete = await completeLock(lock, askRegistry);
writeFileSync(path, printLock(complete));
const added = Object.keys(complete.packages).length - Object.keys(lock.packages).length;
console.log(`${listBindings(complete).length} optional bindings in the lock, ${added} of them added`);

/** Undefined when this registry does not serve that version; any other trouble stops us. */
async function askRegistry(name: string, version: string): Promise<Manifest | undefined> {
  const fields = ['license', 'os', 'cpu', 'libc', 'engines', 'dist.integrity'];
  try {
    const { stdout } = await run('npm', ['view', `${name}@${version}`, ...fields, '--json'], { cwd: repository });
    const { 'dist.integrity': integrity, ...manifest } = Answer.parse(JSON.parse(stdout));
    return { ...manifest, integrity };
  } catch (error) {
    if (error instanceof Error && error.message.includes('E404')) return undefined;
    throw error;
  }
}
