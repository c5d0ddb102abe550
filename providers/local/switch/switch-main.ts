import { dirname } from 'node:path';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import { SystemRandom } from '#std/system-random.ts';
import { SystemSockets } from '#std/system-sockets.ts';
import { SystemTerminal } from '#std/system-terminal.ts';
import { switchPlaces } from './switch-config.ts';
import { SwitchService } from './switch-service.ts';

/** Runs until it is asked to end, or its directory is gone; its one argument is the path of its configuration. */
async function main(): Promise<void> {
  const terminal = new SystemTerminal();
  const [config] = terminal.arguments;
  if (config === undefined) {
    terminal.errors.write('The path of the configuration is missing.\n');
    return terminal.end(2);
  }
  const { pid } = await new SystemProcesses().self();
  const self = await new SystemPrograms().look(pid);
  const world = {
    clock: new SystemClock(),
    random: new SystemRandom(),
    files: new SystemFiles(),
    disk: new SystemDisk(),
    sockets: new SystemSockets(),
  };
  const places = switchPlaces(dirname(config));
  const service = await SwitchService.open({ world, places, self: { pid, start: self?.start ?? '' } });
  terminal.onInterrupt(() => service.end('a signal asked it to'));
  await service.ended;
  await service[Symbol.asyncDispose]();
  return terminal.end(0);
}

if (import.meta.main) await main();
