import type { EventSink } from '#engine/event.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { KeyFile } from '#state/key-file.ts';
import { DEFAULT_LEASE_POLICY, type Holder } from '#state/lease.ts';
import type { KeyProvider } from '#state/data-key.ts';
import type { ObjectStore } from '#state/object-store.ts';
import { StateStore } from '#state/state-store.ts';
import type { KnownCluster } from './known-clusters.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';
import type { StatePlace } from './state-location.ts';

export interface StateOpening {
  readonly ports: AppPorts;
  readonly places: Places;
  readonly known: KnownCluster;
  readonly holder: Holder;
  readonly emit?: EventSink;
}

/** The state of a cluster on this workstation. */
export function localState(opening: StateOpening): StatePlace {
  const { ports, places, known, holder } = opening;
  const { files, random } = ports;
  const objects = new DirectoryStore({ root: places.of(known.name).state(known.uid), files, random });
  const seal = new KeyFile({ path: places.keyFile, files, random });
  const title = `${objects.location} on ${holder.host}`;
  return { store: openState(opening, objects, seal), objects, title, place: known.place };
}

export function openState(opening: StateOpening, objects: ObjectStore, seal: KeyProvider): StateStore {
  const { ports, known, holder, emit } = opening;
  const { clock, random, processes } = ports;
  return new StateStore({
    objects,
    seal,
    clock,
    random,
    holder,
    liveness: processes,
    policy: DEFAULT_LEASE_POLICY,
    lineage: known.uid,
    ...(emit === undefined ? {} : { emit }),
  });
}
