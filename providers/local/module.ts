import { type ClusterUid, isClusterUid, parseAddress, parseInstanceId } from '#engine/address.ts';
import { CallError } from '#engine/call.ts';
import type { Consistency, Provider } from '#engine/runtime.ts';
import type { PriceBook } from '#provider/price-book.ts';
import type { Connection, ConnectOptions, DataKeeping, ProviderModule } from '#provider/provider-module.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { KeyFile } from '#state/key-file.ts';
import { BUDGET, unlessAbsent } from './acts.ts';
import { localCatalogue } from './catalogue.ts';
import { type LocalChoices, localConstructs } from './constructs.ts';
import { LOCAL_TYPES } from './kinds.ts';
import type { LocalSession } from './local-session.ts';
import { machineCare } from './machine/care.ts';
import { uuidOf } from './machine/machine-names.ts';
import { markedThings } from './marked-things.ts';
import { machineLinks } from './network/machine-links.ts';
import { localPreflight } from './preflight.ts';
import { killMachine } from './qemu/machine-process.ts';

/** A disk shows at once what is done to it. */
const CONSISTENCY: Consistency = { visibleWithinMs: 0, requestAgeMaxMs: 0, pollMs: 500 };

/** A start under much load; a lease has to outlive it. Images come without any. */
const CALL_MS = 15_000;
/** Longer than the patience with any machine, so that one that hangs is noticed by its own clock, and tried again. */
const CONDITION_MS = 1_800_000;
/** Disks and processes begin one after another, so that the workstation can still be worked at. */
const AT_ONCE = { capacity: 8, refillPerSecond: 50 };

/** A workstation as a provider. */
export function localModule(session: LocalSession, choices: LocalChoices): ProviderModule {
  return {
    name: 'local',
    catalogue: localCatalogue,
    constructs: localConstructs(choices),
    types: LOCAL_TYPES,
    data: KEEPS_NOTHING,
    connect: (options) => connect(session, options),
  };
}

function connect(session: LocalSession, { random }: Pick<ConnectOptions, 'random'>): Connection {
  const { world, places } = session;
  const provider: Provider = {
    session,
    types: LOCAL_TYPES,
    consistency: CONSISTENCY,
    deadlines: { callMs: CALL_MS, conditionMs: CONDITION_MS },
    budgets: { [BUDGET]: AT_ONCE },
  };
  return {
    provider,
    consistency: CONSISTENCY,
    whoAmI: async () => ({ account: world.host.name, principal: world.host.user }),
    operatorAddress: async () => '127.0.0.1',
    preflight: (request) => localPreflight(session, request),
    prices: async () => FREE,
    stateOf(uid) {
      const { state, stateKey } = places.of(uid);
      const objects = new DirectoryStore({ root: state, files: world.files, random });
      return { location: state, objects, seal: new KeyFile({ path: stateKey.file, files: world.files, random }) };
    },
    async endMachine(id, signal) {
      for (const uid of await clustersOf(session)) {
        const instanceId = parseInstanceId(id);
        const { pidFile } = places.of(uid).machine(instanceId);
        if ((await world.disk.size(pidFile)) === undefined) continue;
        return killMachine(world, { pidFile, uuid: uuidOf(instanceId) }, signal);
      }
      throw new CallError({ outcome: 'rejected', reason: 'absent', message: `There is no machine ${id}.` });
    },
    clusters: () => clustersOf(session),
    walk: (uid) => markedThings(session, uid),
    care: machineCare(session),
    links: machineLinks(session),
  };
}

async function clustersOf({ world, places }: LocalSession): Promise<readonly ClusterUid[]> {
  const entries = (await unlessAbsent(() => world.files.list(places.clusters))) ?? [];
  return entries.map(({ name }) => name).filter(isClusterUid);
}

/** What is on a disk of a workstation costs what the workstation costs. */
const FREE: PriceBook = {
  source: 'nothing: it is your own workstation',
  byUse: 'electricity',
  unknown: [],
  monthly: (resources) => resources.map(() => 0),
};

/** Data disks are files among those of their machine. */
const KEEPS_NOTHING: DataKeeping = {
  disksOf: () => [],
  keeping: (inputs) => (typeof inputs === 'object' && inputs !== null ? inputs : {}),
  asResource: (disk) => ({ address: parseAddress('disk'), kind: 'local.disk', inputs: disk }),
};
