import { acceptance } from './acceptance.ts';
import { checkReport } from './acceptance-report.ts';
import type { App, Target } from './app.ts';
import { apply } from './apply.ts';
import { assetsOf } from './assets.ts';
import { attach } from './attach.ts';
import { type CaredMachines, lookedAfter } from './cared-machines.ts';
import { create } from './create.ts';
import { deleteCluster } from './delete.ts';
import { etcdRestore } from './etcd-restore.ts';
import { etcdSnapshot } from './etcd-snapshot.ts';
import { etcdStatus } from './etcd-status.ts';
import { events } from './events.ts';
import type { Asking } from './every-node.ts';
import { imagesOf } from './images.ts';
import { kubeconfig } from './kubeconfig.ts';
import { kubectl } from './kubectl.ts';
import { KnownClusters } from './known-clusters.ts';
import { links } from './links.ts';
import { outputs } from './outputs.ts';
import { overlayStatus } from './overlay-status.ts';
import { placesIn } from './places.ts';
import { plan } from './plan.ts';
import { power } from './power.ts';
import type { AppPorts } from './ports.ts';
import { readCluster } from './read-cluster.ts';
import { rotate } from './rotate.ts';
import { serialConsole } from './serial-console.ts';
import { shell } from './shell.ts';
import { stateRestore } from './state-restore.ts';
import { stateHistory, stateShow, stateUnlock } from './state-verbs.ts';
import { status, watch } from './status.ts';
import { units } from './units.ts';
import { upgrade, upgradePreview } from './upgrade.ts';
import { validate } from './validation/validate.ts';
import { whereFrom } from './where-from.ts';
import { why } from './why.ts';
import type { Workstation } from './workstation.ts';

/** The program without its terminal. */
export function createApp(ports: AppPorts): App {
  const places = placesIn(ports.environment);
  const workstation: Workstation = { ports, places, clusters: new KnownClusters(ports, places) };
  const machines = async (target: Target, signal: AbortSignal): Promise<CaredMachines> =>
    lookedAfter(await readCluster(workstation, target, signal));
  const asking = async (target: Target, signal: AbortSignal): Promise<Asking> => ({
    ports,
    machines: await machines(target, signal),
  });
  return {
    create: (request, interruption) => create(workstation, request, interruption),
    plan: (target, options, signal) => plan(workstation, target, options, signal),
    apply: (target, options, interruption) => apply(workstation, target, options, interruption),
    rotate: (target, request, interruption) => rotate(workstation, target, request, interruption),
    upgrade: (target, request, interruption) => upgrade(workstation, target, request, interruption),
    upgradePreview: (target, request, signal) => upgradePreview(workstation, target, request, signal),
    delete: (target, options, interruption) => deleteCluster(workstation, target, options, interruption),
    acceptance: (request, interruption) => acceptance(workstation, request, interruption),
    checkAcceptance: async (path) => checkReport(await ports.files.read(path), path),
    status: (target, signal) => status(workstation, target, signal),
    watch: (target, signal) => watch(workstation, target, signal),
    events: (target, options, signal) => events(workstation, target, options, signal),
    why: (target, address, signal) => why(workstation, target, address, signal),
    outputs: (target, signal) => outputs(workstation, target, signal),
    validate: (target, options, signal) => validate(workstation, { target, ...options }, signal),
    attach: (request, signal) => attach(workstation, request, signal),
    whereFrom: (provider, signal) => whereFrom(ports, provider, signal),
    power: async (target, request, signal) => power(await machines(target, signal), request, signal),
    async *serialConsole(target, request, signal) {
      yield* serialConsole(ports, await machines(target, signal), request, signal);
    },
    shell: async (target, node, signal) => shell(ports, await machines(target, signal), node, signal),
    async kubeconfig(target, request, signal) {
      return kubeconfig(ports, await readCluster(workstation, target, signal), request, signal);
    },
    kubectl: async (target, signal) => kubectl(ports, await readCluster(workstation, target, signal), signal),
    links: async (target, request, signal) => links(await readCluster(workstation, target, signal), request),
    units: async (target, nodes, signal) => units(await asking(target, signal), nodes, signal),
    overlayStatus: async (target, nodes, signal) => overlayStatus(await asking(target, signal), nodes, signal),
    etcdStatus: async (target, signal) => etcdStatus(await asking(target, signal), signal),
    etcdRestore: async (target, request, signal) => etcdRestore(await asking(target, signal), request, signal),
    etcdSnapshot: async (target, { to }, signal) => etcdSnapshot(await asking(target, signal), to, signal),
    images: imagesOf(ports, places),
    assets: assetsOf(workstation),
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
