/** One seat in a cluster of etcd. */
export interface EtcdMember {
  readonly node: string;
  /** Of the machine on which it runs; undefined: a founder's that has not started. */
  box: string | undefined;
  isLearner: boolean;
  /** It knows what the others know from this moment on. */
  readonly knowsFromMs: number;
  /** It was there when a majority last agreed on anything, or has learnt that since. */
  remembers: boolean;
}

/** One cluster of etcd. Members of one token that were told of other founders found another one. */
export interface EtcdCluster {
  readonly token: string;
  /** As etcd reads them. */
  readonly founders: string;
  readonly members: EtcdMember[];
  /** A majority has agreed on something, and when it did so first. */
  wasFormed: boolean;
  formedAtMs: number;
  /** A node has been ready with it: from then on somebody counts on what it holds. */
  isInUse: boolean;
}

/** As its founders are told: none has started. */
export function newCluster(token: string, founders: string): EtcdCluster {
  const members = founders.split(',').map((founder): EtcdMember => {
    const [node = ''] = founder.split('=');
    return { node, box: undefined, isLearner: false, knowsFromMs: 0, remembers: false };
  });
  return { token, founders, members, wasFormed: false, formedAtMs: Infinity, isInUse: false };
}

export function votersOf({ members }: EtcdCluster): readonly EtcdMember[] {
  return members.filter(({ isLearner }) => !isLearner);
}

export function isMajority(some: number, all: number): boolean {
  return some >= Math.floor(all / 2) + 1;
}

export function withoutMember(cluster: EtcdCluster, member: EtcdMember): void {
  cluster.members.splice(cluster.members.indexOf(member), 1);
}
