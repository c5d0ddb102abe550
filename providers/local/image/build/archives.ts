import type { Files } from '#std/files.ts';
import type { Programs } from '#std/programs.ts';
import { BUILDABLE, type BuildSystem } from './image-order.ts';
import { KEYRING } from './keyring.ts';

/** Where packages come from, and how the workstation's own apt reaches it. */
export interface Archives {
  readonly main: string;
  readonly security: string;
  readonly aptOptions: readonly string[];
}

const OFFICIAL = 'http://deb.debian.org/debian';

/** How an archive is reached; what is believed of it is not taken over. */
const REACH =
  /^Acquire::(?:(?:https?|ftp)::(?:Proxy|Proxy-Auto-Detect|CaInfo|Timeout)(?:::[^\s"]+)?|Retries|Check-Valid-Until|Check-Date) "[^"]*";$/;

export async function chooseArchives(
  world: { readonly files: Pick<Files, 'read'>; readonly programs: Pick<Programs, 'run'> },
  mirror: string | undefined,
  signal: AbortSignal,
): Promise<Archives> {
  const { programs } = world;
  const { stdout: configuration } = await programs.run('apt-config', ['dump'], { signal });
  const aptOptions = configuration.split('\n').filter((line) => REACH.test(line));
  if (mirror !== undefined) return { main: bare(mirror), security: securityBeside(bare(mirror)), aptOptions };
  const { id, codename } = hostRelease(await world.files.read('/etc/os-release').catch(() => ''));
  if (id !== 'debian') return { main: OFFICIAL, security: securityBeside(OFFICIAL), aptOptions };
  const { stdout } = await programs.run('apt-get', ['indextargets', '--format', '$(RELEASE) $(REPO_URI)'], { signal });
  const main = archiveOf(stdout, codename) ?? OFFICIAL;
  return { main, security: archiveOf(stdout, `${codename}-security`) ?? securityBeside(main), aptOptions };
}

/** As apt's list of sources has them. */
export function sourceLines({ main, security }: Archives, system: BuildSystem): readonly string[] {
  const { suite } = BUILDABLE[system];
  const line = (uri: string, release: string): string => `deb [signed-by=${KEYRING}] ${uri} ${release} main`;
  return [line(main, suite), line(main, `${suite}-updates`), line(security, `${suite}-security`)];
}

/** The first that can be used from anywhere: a disc or a list of mirrors cannot. */
function archiveOf(targets: string, release: string): string | undefined {
  for (const line of targets.split('\n')) {
    const [name, uri = ''] = line.trim().split(' ');
    if (name === release && /^https?:/.test(uri)) return bare(uri);
  }
  return undefined;
}

/** As Debian's own archives lie, and most mirrors of both. */
function securityBeside(main: string): string {
  return `${main}-security`;
}

function bare(uri: string): string {
  return uri.replace(/\/+$/, '');
}

function hostRelease(text: string): { readonly id: string; readonly codename: string } {
  const value = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return { id: value('ID'), codename: value('VERSION_CODENAME') };
}
