import type { Flaw } from './finding.ts';
import { enumerate, show } from './show.ts';

const LONGEST = 40;
export const LABEL_PATTERN = '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$';

/** Words of the program itself, of Kubernetes, and of workstations that treat a folder of that name in their own way. */
const RESERVED: ReadonlySet<string> = new Set(
  [
    'all any none self default new help version cluster clusters bootstrap state demand mailbox',
    'kubernetes kube-system kube-public kube-node-lease localhost',
    'con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9',
  ]
    .join(' ')
    .split(' '),
);

export function checkClusterName(text: string): Flaw | undefined {
  if (RESERVED.has(text)) return { code: 'config.name-reserved', what: `${show(text)} is reserved.`, instead: BETTER };
  return checkLabel(text);
}

/** A label of DNS that begins with a letter, so that nothing takes it for a number. */
export function checkLabel(text: string): Flaw | undefined {
  const faults = FAULTS.filter(([fault]) => fault(text)).map(([, words]) => words);
  if (faults.length === 0) return undefined;
  const suggestion = suggest(text);
  const instead = suggestion === undefined || suggestion === text ? undefined : `Did you mean ${show(suggestion)}?`;
  return { code: 'config.name-invalid', what: `${show(text)} ${enumerate(faults, 'and')}.`, instead };
}

const BETTER = 'Name it after what it serves, such as blog or shop.';

const FAULTS: readonly (readonly [(text: string) => boolean, string])[] = [
  [(text) => text === '', 'is empty'],
  [(text) => text.length > LONGEST, `is longer than ${LONGEST} characters`],
  [(text) => /^[^a-zA-Z]/.test(text), 'does not begin with a letter'],
  [(text) => /[^a-zA-Z0-9-]/.test(text), 'has characters other than letters, digits and hyphens'],
  [(text) => /[A-Z]/.test(text), 'has capital letters'],
  [(text) => text.endsWith('-'), 'ends with a hyphen'],
  [(text) => text.startsWith('xn--'), 'begins with xn--, which stands for other alphabets'],
];

function suggest(text: string): string | undefined {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return plain === '' || RESERVED.has(plain) || plain.startsWith('xn-') ? undefined : plain;
}
