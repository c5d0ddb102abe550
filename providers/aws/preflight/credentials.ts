import { type Check, good, type Look } from './look.ts';

const CHECK = 'credentials';

/** Who asks, where, and for how long still. */
export const credentialsCheck: Check = {
  name: CHECK,

  async find({ facts }: Look) {
    const { account, principal } = await facts.identity();
    return [good(CHECK, `${principal} in account ${account}.`)];
  },
};
