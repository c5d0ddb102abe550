import { acceptance } from './acceptance.ts';
import { checkReport } from './acceptance-report.ts';
import type { App } from './app.ts';
import { apply } from './apply.ts';
import { attach } from './attach.ts';
import { caredMachines } from './cared-machines.ts';
import { create } from './create.ts';
import { deleteCluster } from './delete.ts';
import { events } from './events.ts';
import { imagesOf } from './images.ts';
import { KnownClusters } from './known-clusters.ts';
import { links } from './links.ts';
import { outputs } from './outputs.ts';
import { placesIn } from './places.ts';
import { plan } from './plan.ts';
import { power } from './power.ts';
import type { AppPorts } from './ports.ts';
import { readCluster } from './read-cluster.ts';
import { serialConsole } from './serial-console.ts';
import { shell } from './shell.ts';
import { stateRestore } from './state-restore.ts';
import { stateHistory, stateShow, stateUnlock } from './state-verbs.ts';
import { status, watch } from './status.ts';
import { validate } from './validate.ts';
import { whereFrom } from './where-from.ts';
import { why } from './why.ts';
import type { Workstation } from './workstation.ts';

/** The program without its terminal. */
export function createApp(ports: AppPorts): App {
  const places = placesIn(ports.environment);
  const workstation: Workstation = { ports, places, clusters: new KnownClusters(ports, places) };
  return {
    create: (request, interruption) => create(workstation, request, interruption),
    plan: (target, options, signal) => plan(workstation, target, options, signal),
    apply: (target, options, interruption) => apply(workstation, target, options, interruption),
    delete: (target, options, interruption) => deleteCluster(workstation, target, options, interruption),
    acceptance: (request, interruption) => acceptance(workstation, request, interruption),
    checkAcceptance: async (path) => checkReport(await ports.files.read(path), path),
    status: (target, signal) => status(workstation, target, signal),
    watch: (target, signal) => watch(workstation, target, signal),
    events: (target, options, signal) => events(workstation, target, options, signal),
    why: (target, address, signal) => why(workstation, target, address, signal),
    outputs: (target, signal) => outputs(workstation, target, signal),
    validate: (target) => validate(workstation, target),
    attach: (request, signal) => attach(workstation, request, signal),
    whereFrom: (provider, signal) => whereFrom(ports, provider, signal),
    power: async (target, request, signal) => power(await caredMachines(workstation, target, signal), request, signal),
    async *serialConsole(target, request, signal) {
      yield* serialConsole(ports, await caredMachines(workstation, target, signal), request, signal);
    },
    shell: async (target, node, signal) => shell(ports, await caredMachines(workstation, target, signal), node, signal),
    links: async (target, request, signal) => links(await readCluster(workstation, target, signal), request),
    images: imagesOf(ports, places),
    async list() {
      const known = await workstation.clusters.list();
      return known.map(({ name, provider, isDeleted }) => ({ name, provider, isDeleted }));
    },
    stateShow: (target, signal) => stateShow(workstation, target, signal),
    stateHistory: (target, signal) => stateHistory(workstation, target, signal),
    stateUnlock: (target, signal) => stateUnlock(workstation, target, signal),
    stateRestore: (target, options, signal) => stateRestore(workstation, target, options, signal),
  };
}
