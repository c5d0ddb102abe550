import type { PreflightFinding } from '#provider/preflight.ts';
import { type Check, good, type Look, warning } from './look.ts';

const CHECK = 'credentials';
const MINUTE_MS = 60_000;
/** A whole cluster is made in less. */
const ENOUGH_MS = 30 * MINUTE_MS;

/** Who asks, where, and for how long still. */
export const credentialsCheck: Check = {
  name: CHECK,

  async find({ facts, ...look }: Look) {
    const { account, principal } = await facts.identity();
    return [good(CHECK, `${principal} in account ${account}.`), ...(await endingSoon(look))];
  },
};

/** Some are renewed as long as the program runs, by whatever hands them out: only that knows. */
async function endingSoon({
  credentialsEndAt,
  clock,
}: Pick<Look, 'credentialsEndAt' | 'clock'>): Promise<readonly PreflightFinding[]> {
  const end = await credentialsEndAt();
  const leftMs = end === undefined ? ENOUGH_MS : end.getTime() - clock.wallMs();
  if (leftMs >= ENOUGH_MS) return [];
  const minutes = Math.max(0, Math.floor(leftMs / MINUTE_MS));
  const what = `The credentials end in ${minutes} min. A run that they end in stops, and goes on when it is called again.`;
  return [warning(CHECK, what, 'Sign in again first, unless they are renewed by themselves.')];
}
