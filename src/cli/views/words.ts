import type { RunHeading } from '#app/app.ts';
import type { ChangeAction } from '#engine/change.ts';

/** What a change is while it goes on. */
export const DOING: Readonly<Record<ChangeAction, string>> = {
  create: 'creating',
  adopt: 'adopting',
  update: 'updating',
  replace: 'replacing',
  destroy: 'destroying',
  abandon: 'letting go',
  keep: 'looking',
  leave: 'leaving alone',
};

/** What a change is when it is done. */
export const DONE: Readonly<Record<ChangeAction, string>> = {
  create: 'created',
  adopt: 'adopted',
  update: 'updated',
  replace: 'replaced',
  destroy: 'destroyed',
  abandon: 'let go with its host',
  keep: 'is as declared',
  leave: 'left alone',
};

export const SIMULATED_END = 'SIMULATED: no cloud was touched, nothing is to be paid, and no site has answered.';

type Heading = Omit<RunHeading, 'verb'> & { readonly verb?: string };

/** `bootstrap create demo · SIMULATED account 000000000000 · eu-west-3` */
export function headingText({ verb, cluster, provider, isSimulated, region, account, principal }: Heading): string {
  const where = isSimulated ? [`SIMULATED account ${account}`] : [`${provider} account ${account}`, `as ${principal}`];
  return [`bootstrap ${verb === undefined ? '' : `${verb} `}${cluster}`, ...where, region].join(' · ');
}

export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
