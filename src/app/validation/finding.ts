/** What a cluster that runs is judged by. */
export type Check =
  | 'manifests'
  | 'nodes'
  | 'components'
  | 'api'
  | 'dns'
  | 'pods'
  | 'certificates'
  | 'time'
  | 'security';

export interface ValidationFinding {
  readonly check: Check;
  /** Not judged: nobody could tell, or there is nothing to be judged. */
  readonly verdict: 'ok' | 'care' | 'bad' | 'not judged';
  /** A machine, a name; undefined: the cluster. */
  readonly where?: string | undefined;
  /** A sentence. */
  readonly what: string;
  /** A command. */
  readonly next?: string | undefined;
}

/** A finding, before it is known which check it is of. */
export type Trouble = Omit<ValidationFinding, 'check'>;

/** All that is wrong, or that nothing is. */
export function judged(check: Check, troubles: readonly Trouble[], well: string): readonly ValidationFinding[] {
  const found = troubles.map((trouble): ValidationFinding => ({ check, ...trouble }));
  return found.some(({ verdict }) => verdict !== 'not judged') || well === ''
    ? found
    : [{ check, verdict: 'ok', what: well }, ...found];
}
