/** How long the command line waits for something that may never come. */
export const DEADLINES = {
  /** For a run to let go after the second Ctrl-C. */
  leaveMs: 2_000,
} as const;
