/** What can keep a cluster from the versions of its lock. */
export const UPGRADE_PROBLEMS = {
  'upgrade.nothing-runs': {
    summary: 'There is nothing to upgrade on these machines',
    blame: 'user',
    remedy: 'Nothing was changed. See what the cluster has:\n  bootstrap status NAME',
  },
  'upgrade.version-unreadable': {
    summary: 'The lock has a version that cannot be compared',
    blame: 'user',
    remedy: 'Nothing was changed. Write it as its maker does, then look again:\n  bootstrap upgrade NAME --preview',
  },
  'upgrade.downgrade': {
    summary: 'The lock is older than what runs',
    blame: 'user',
    remedy:
      'Nothing was changed. What was newer once may have written what an older one cannot read. Name a lock that is not older, then:\n  bootstrap upgrade NAME --preview',
  },
  'upgrade.leap': {
    summary: 'The lock passes over a minor version',
    blame: 'user',
    remedy:
      'Nothing was changed. Servers go from one minor version to the next. Name a lock of the next one first, then:\n  bootstrap upgrade NAME --preview',
  },
  'upgrade.skew': {
    summary: 'Programs would run beside each other that do not go together',
    blame: 'user',
    remedy:
      'Nothing was changed. Name a lock in which nothing is ahead of the server of the API, nor too far behind, then:\n  bootstrap upgrade NAME --preview',
  },
  'upgrade.not-now': {
    summary: 'Not every node is there and ready to be upgraded',
    blame: 'user',
    remedy:
      'No other node was begun. Bring back what is off with start, what is gone or under way with apply; what keeps the rest validate tells. Then go on:\n  bootstrap upgrade NAME',
  },
  'upgrade.paused': {
    summary: 'The upgrade is paused',
    blame: 'user',
    remedy: 'Everything that was begun has come to its end. Go on at any time:\n  bootstrap upgrade NAME',
  },
  'upgrade.unfinished': {
    summary: 'An upgrade could not go on',
    blame: 'provider',
    remedy: 'What was upgraded stays so. When everything can be reached again, go on:\n  bootstrap upgrade NAME',
  },
} as const;
