import { SystemClock } from '#std/system-clock.ts';
import { systemEnvironment } from '#std/system-environment.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemLogFiles } from '#std/system-log-files.ts';
import { SystemNameServers } from '#std/system-name-servers.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemRandom } from '#std/system-random.ts';
import type { RunEvent } from './app.ts';
import type { AppPorts } from './ports.ts';

/** The world as it is. */
export function systemPorts(emit: (event: RunEvent) => void): AppPorts {
  const environment = systemEnvironment();
  return {
    clock: new SystemClock(),
    random: new SystemRandom(),
    files: new SystemFiles(),
    logFiles: new SystemLogFiles(),
    environment,
    processes: new SystemProcesses(),
    nameServers: new SystemNameServers(),
    workshop: async () => (await import('./system-workshop.ts')).systemWorkshop(environment),
    emit,
  };
}
