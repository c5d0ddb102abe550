import type { RunHeading } from '#app/app.ts';
import type { ChangeAction } from '#engine/change.ts';
import type { Palette } from './palette.ts';

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

const SIMULATED_END = 'SIMULATED: no cloud was touched, nothing is to be paid, and no site has answered.';

/** What has to be said last, where nothing that was made is real. */
export function endNotice(heading: Pick<RunHeading, 'isSimulated' | 'emulator'> | undefined): string | undefined {
  if (heading?.isSimulated === true) return SIMULATED_END;
  if (heading?.emulator === undefined) return undefined;
  return `EMULATOR at ${heading.emulator}: no cloud was touched, no machine has booted, and no site has answered.`;
}

/** For the end of what is printed. */
export function endLines(heading: Pick<RunHeading, 'isSimulated' | 'emulator'> | undefined, palette: Palette) {
  const notice = endNotice(heading);
  return notice === undefined ? [] : ['', palette.care(notice)];
}

type Heading = Omit<RunHeading, 'verb'> & { readonly verb?: string };

/**
 * `bootstrap create demo · SIMULATED account 000000000000 · eu-west-3`
 * `bootstrap create dev · machines of this workstation, ada@desk · local-1`
 */
export function headingText(heading: Heading): string {
  const { verb, cluster, provider, isSimulated, emulator, region, account, principal } = heading;
  const emulated = emulator === undefined ? [] : [`EMULATOR at ${emulator}: machines do not boot`];
  const real =
    provider === 'local'
      ? [`machines of this workstation, ${principal}@${account}`]
      : [...emulated, `${provider} account ${account}`, `as ${principal}`];
  const where = isSimulated ? [`SIMULATED account ${account}`] : real;
  return [`bootstrap ${verb === undefined ? '' : `${verb} `}${cluster}`, ...where, region].join(' · ');
}

/** Who may come in, when nobody has said it. */
export function accessText(range: string): string {
  return `SSH and the API are open to ${range}, where you are now`;
}

export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
