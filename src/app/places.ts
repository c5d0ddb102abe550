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
  /** Where machines of this workstation are. */
  readonly local: LocalRoots;
}

interface LocalRoots {
  readonly data: string;
  readonly cache: string;
  /** Sockets, whose paths have to be short. */
  readonly runtime: string;
}

export interface ClusterPlaces {
  /** The cluster file: the one to edit. */
  readonly file: string;
  /** What this workstation knows of the cluster. */
  readonly known: string;
  readonly runs: string;
  /** The host key of one machine, for SSH alone. */
  knownHost(node: string): string;
  /** The public half of an operator's key, when it is in no file of his own. */
  operatorKey(digest: string): string;
  /** What kubectl and its like are told, when nobody says where else. */
  readonly kubeconfig: string;
  /** The same for one call of kubectl each, for as long as it lasts. */
  readonly kubectl: string;
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
      knownHost: (node) => join(clusters, cluster, 'known-hosts', node),
      operatorKey: (digest) => join(clusters, cluster, 'operator-keys', `${digest}.pub`),
      kubeconfig: join(clusters, cluster, 'kubeconfig'),
      kubectl: join(clusters, cluster, 'kubectl'),
      state: (uid) => join(clusters, cluster, 'states', uid),
    }),
    simulatedAccount: (account) => join(simulatedAccounts, account),
    simulatedAccounts,
    local: { data, cache: base('XDG_CACHE_HOME', '.cache'), runtime: runtimeIn(variables, state) },
  };
}

/** Not every system gives its users a place for sockets that is theirs alone. */
function runtimeIn({ XDG_RUNTIME_DIR: given }: Environment['variables'], state: string): string {
  return given !== undefined && isAbsolute(given) ? join(given, PROGRAM) : join(state, 'run');
}
