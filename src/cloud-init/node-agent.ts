import { fileURLToPath } from 'node:url';
import type { Files } from '#std/files.ts';

/** From here and from where this is built to, the same steps lead to it. */
const AGENT = new URL('../../cloud-init/node-agent.sh', import.meta.url);

/** The program that speaks for a machine, as short as it can travel. */
export async function readNodeAgent(files: Pick<Files, 'read'>): Promise<string> {
  return withoutComments(await files.read(fileURLToPath(AGENT)));
}

/** Without indentation too. What stands within quotes has no lines of its own in it. */
export function withoutComments(script: string): string {
  const [shebang = '', ...lines] = script.split('\n').map((line) => line.trim());
  const code = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return `${[shebang, ...code].join('\n')}\n`;
}
