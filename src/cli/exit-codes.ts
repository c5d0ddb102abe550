import type { Problem } from '#engine/problem.ts';

/** What the program's end says to a script: names are for the code, numbers never change. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done; nothing is pending' },
  failed: { code: 1, meaning: 'something could not be made or destroyed; the next apply goes on from there' },
  changesPending: { code: 2, meaning: 'plan: there are changes to apply' },
  input: { code: 3, meaning: 'the command line, the cluster file or the credentials need a correction' },
  leaseHeld: { code: 4, meaning: 'another run drives this cluster' },
  declined: { code: 5, meaning: 'a question was answered with no; nothing was touched' },
  internal: { code: 70, meaning: 'a defect in this program' },
  interrupted: { code: 130, meaning: 'stopped by Ctrl-C or a signal; the next apply goes on from there' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

export type ExitName = keyof typeof EXIT_CODES;

/** As it is called here, or as another program has said it in our stead. */
export type Exit = ExitName | { readonly code: number };

export function codeOf(exit: Exit): number {
  return typeof exit === 'string' ? EXIT_CODES[exit].code : exit.code;
}

/**
 * | the problem's code or blame        | exit        |
 * |------------------------------------|-------------|
 * | state.lease-held, state.fenced     | leaseHeld   |
 * | apply.interrupted                  | interrupted |
 * | the user's turn                    | input       |
 * | the provider's turn                | failed      |
 * | ours                               | internal    |
 */
export function exitOf({ code, blame }: Pick<Problem, 'code' | 'blame'>): ExitName {
  if (code === 'state.lease-held' || code === 'state.fenced') return 'leaseHeld';
  if (code === 'apply.interrupted') return 'interrupted';
  return ({ user: 'input', provider: 'failed', us: 'internal' } as const)[blame];
}

/** Of a run that went its way: what failed in it is a failed run, whoever is to blame, unless it is our own defect. */
export function exitOfRun(
  { ok, failed }: { readonly ok: boolean; readonly failed: readonly Pick<Problem, 'code' | 'blame'>[] },
  isInterrupted: boolean,
): ExitName {
  if (ok) return 'ok';
  const exits = failed.map(exitOf);
  for (const telling of ['internal', 'leaseHeld', 'interrupted'] as const) if (exits.includes(telling)) return telling;
  return isInterrupted ? 'interrupted' : 'failed';
}

export function exitCodesText(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}\n`);
  return `Exit codes:\n\n${rows.join('')}`;
}
