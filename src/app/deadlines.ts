/** Every deadline and pause of this room, with its reason. */
export const DEADLINES = {
  /** A listing of the account lags behind, and a provider removes some things only after it has answered. */
  walkMs: 300_000,
  /** Between two walks: a person is waiting for the proof of zero. */
  walkPauseMs: 2_000,
  /** A bucket that is silent for so long is looked for in the account before more time is spent on it. */
  bucketDoubtMs: 2_000,
  /** For a bucket just made to be known everywhere. */
  bucketYoungMs: 60_000,
  /** For copying a state from one directory to another. */
  copyMs: 120_000,
  /** A log beside the state is a courtesy: nobody waits long for it. */
  logMs: 20_000,
  /** For the provider to show that a machine has ended. */
  deathMs: 300_000,
  /** Between two looks at a log that grows: soon enough to seem live. */
  followMs: 500,
  /** For nodes to be ready again after another one was upgraded: their kubelets may have had to look for a server anew. */
  calmMs: 300_000,
  /** Between two cluster statuses: soon enough to seem live, seldom enough not to be throttled. */
  watchMs: 2_000,
} as const;
