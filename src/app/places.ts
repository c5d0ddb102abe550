import { isAbsolute, join } from 'node:path';
import type { Environment } from '#std/environment.ts';

/** Where things of this program are on a workstation, by the XDG rules. */
export interface Places {
  /** One directory for every cluster that is known here. */
  readonly clusters: string;
  /** The key that seals the states kept on this workstation. */
  readonly keyFile: string;
  /** The key that acceptance reports are signed with. */
  readonly reportKey: string;
  of(cluster: string): ClusterPlaces;
  simulatedAccount(account: string): string;
  readonly simulatedAccounts: string;
}

export interface ClusterPlaces {
  /** The cluster file: the one to edit. */
  readonly file: string;
  /** What this workstation knows of the cluster. */
  readonly known: string;
  readonly runs: string;
  /** Each cluster that ever bore the name has a state of its own. */
  state(uid: string): string;
}

const PROGRAM = 'bootstrap';

export function placesIn({ variables, home }: Environment): Places {
  const base = (variable: string, ...fallback: readonly string[]): string => {
    const value = variables[variable];
    // The rules say that a relative path is to be ignored.
    return join(value !== undefined && isAbsolute(value) ? value : join(home, ...fallback), PROGRAM);
  };
  const [config, state, data] = [
    base('XDG_CONFIG_HOME', '.config'),
    base('XDG_STATE_HOME', '.local', 'state'),
    base('XDG_DATA_HOME', '.local', 'share'),
  ];
  const simulatedAccounts = join(data, 'simulated-accounts');
  const clusters = join(state, 'clusters');
  return {
    clusters,
    keyFile: join(data, 'keys', 'state.key'),
    reportKey: join(data, 'keys', 'report.key'),
    of: (cluster) => ({
      file: join(config, 'clusters', cluster, 'cluster.yaml'),
      known: join(clusters, cluster),
      runs: join(clusters, cluster, 'runs'),
      state: (uid) => join(clusters, cluster, 'states', uid),
    }),
    simulatedAccount: (account) => join(simulatedAccounts, account),
    simulatedAccounts,
  };
}
