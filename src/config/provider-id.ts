import type { Flaw } from './finding.ts';
import { show } from './show.ts';

/** As clouds name what they have made: a word for its kind, and a number in sixteens. */
const ID = /^([a-z]{2,12})-[0-9a-f]{8,40}$/;

export function checkImageId(text: string): Flaw | undefined {
  return checkId(text, { of: 'an image', example: 'ami-0abc1234def567890', heads: ['ami'] });
}

export function checkNetworkId(text: string): Flaw | undefined {
  return checkId(text, { of: 'a network', example: 'vpc-0abc1234def567890', heads: ['vpc'] });
}

interface Wanted {
  readonly of: string;
  readonly example: string;
  readonly heads: readonly string[];
}

function checkId(text: string, { of, example, heads }: Wanted): Flaw | undefined {
  const [, head] = ID.exec(text) ?? [];
  if (head !== undefined && heads.includes(head)) return undefined;
  const what = `${show(text)} is not the id of ${of}.`;
  return { code: 'config.id-invalid', what, instead: `It looks like ${example}.` };
}
