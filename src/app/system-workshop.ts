import { fileURLToPath } from 'node:url';
import type { Environment } from '#std/environment.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemDownloads } from '#std/system-downloads.ts';
import { SystemHostFacts } from '#std/system-host-facts.ts';
import { SystemKnownServers } from '#std/system-known-servers.ts';
import { systemNode } from '#std/system-node.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import { SystemSockets } from '#std/system-sockets.ts';
import type { Workshop } from './ports.ts';

/** This workstation as it is. */
export function systemWorkshop({ variables }: Environment): Workshop {
  return {
    disk: new SystemDisk(),
    downloads: new SystemDownloads(variables),
    programs: new SystemPrograms(),
    sockets: new SystemSockets(),
    servers: new SystemKnownServers(),
    host: new SystemHostFacts(),
    own: ownPrograms(import.meta.url),
  };
}

/** The modules lie beside one another, whether they run as they were written or as they were built. */
function ownPrograms(url: string): Workshop['own'] {
  const isBuilt = url.endsWith('.js');
  return {
    node: systemNode(),
    source: fileURLToPath(new URL('../../providers/local', url)),
    extension: isBuilt ? '.js' : '.ts',
    conditions: isBuilt ? [] : ['source'],
  };
}
