import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { answered } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { type Asking, SharedListing } from '../shared-listing.ts';

/** The number of the account that the credentials are of: asked for once, for it never changes. */
export class Accounts {
  readonly #asked: SharedListing<string, string>;
  #own: string | undefined;

  constructor(sts: AwsSession['sts']) {
    this.#asked = new SharedListing(async (context) => {
      const { Account } = await sts.read(context, 'ask which account this is', new GetCallerIdentityCommand({}));
      return { items: [answered(Account, 'Account')], next: undefined };
    });
  }

  async own(context: Asking): Promise<string> {
    if (this.#own !== undefined) return this.#own;
    const [own] = await this.#asked.ask(context, 'own', 'own');
    this.#own = own;
    return answered(own, 'Account');
  }
}
