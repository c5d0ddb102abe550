import type { KnownClusters } from './known-clusters.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';

/** The workstation that a verb is given on. */
export interface Workstation {
  readonly ports: AppPorts;
  readonly places: Places;
  readonly clusters: KnownClusters;
}
