/** Text files that only grow, as a port: written for people, so a line that a power cut costs is no harm. */
export interface LogFiles {
  /** Makes the file and its directories when they are not there. */
  append(path: string, text: string): Promise<void>;
  /** What follows `offset`, in bytes; an absent file is empty. */
  readFrom(path: string, offset: number): Promise<{ readonly text: string; readonly offset: number }>;
}
