import { domainToASCII } from 'node:url';
import { checkForeign } from './check-value.ts';
import type { Flaw } from './finding.ts';
import { show } from './show.ts';

/** Names of ours stand before it, such as `api.`; the whole may have 253 characters. */
const LONGEST = 200;
const LONGEST_LABEL = 63;

/** Names of two labels and more below which others register theirs: those that people meet most. */
const PUBLIC_SUFFIXES: ReadonlySet<string> = new Set(
  [
    'co.uk org.uk me.uk ac.uk gov.uk ltd.uk plc.uk com.au net.au org.au co.nz org.nz co.jp ne.jp or.jp co.kr co.in',
    'com.br com.mx com.ar com.co com.tr com.cn com.hk com.tw com.sg com.my co.id co.za com.ng co.il com.ua com.pl',
    'com.pt com.es com.fr asso.fr gouv.fr tm.fr com.gr co.at or.at com.ru com.vn com.ph com.pk com.sa com.eg co.ke',
    'eu.org us.com eu.com uk.com de.com github.io gitlab.io herokuapp.com azurewebsites.net cloudfront.net',
    'amazonaws.com elasticbeanstalk.com netlify.app vercel.app pages.dev workers.dev web.app firebaseapp.com',
    'blogspot.com wordpress.com ngrok.io duckdns.org dyndns.org no-ip.org fly.dev onrender.com appspot.com',
  ]
    .join(' ')
    .split(' '),
);

const PRIVATE_TOP = /\.(?:test|example|invalid|localhost|local|internal|lan|home|corp|onion|alt|arpa)$/;

/** A domain of which the cluster can have the zone. */
export function checkDomain(text: string): Flaw | undefined {
  const foreign = checkForeign(text, `Write ${domainToASCII(text)} if you mean it.`);
  if (foreign !== undefined) return foreign;
  const mistake = MISTAKES.find(([pattern]) => pattern.test(text));
  if (mistake !== undefined) return invalid(`${show(text)} ${mistake[1]}.`, mistake[2]?.(text));
  const labels = text.split('.');
  const long = labels.find((label) => label.length > LONGEST_LABEL);
  if (long !== undefined)
    return invalid(`A part of it has ${long.length} characters; the longest has ${LONGEST_LABEL}.`);
  if (text.length > LONGEST) return invalid(`It has ${text.length} characters; the longest has ${LONGEST}.`);
  const dashed = labels.find((label) => label.startsWith('-') || label.endsWith('-'));
  if (dashed !== undefined) return invalid(`Its part ${show(dashed)} begins or ends with a hyphen.`);
  if (labels.length > 1 && !PUBLIC_SUFFIXES.has(text)) return undefined;
  const where = `a name of yours below it, like blog.${text}`;
  return {
    code: 'config.domain-public-suffix',
    what: `${show(text)} belongs to everyone.`,
    instead: `Write ${where}.`,
  };
}

/** Whether nobody on the Internet would look it up. */
export function isPrivateDomain(domain: string): boolean {
  return PRIVATE_TOP.test(domain) && !domain.endsWith('.home.arpa');
}

/** Looked for in this order; what was typed may be several of them. */
const MISTAKES: readonly (readonly [RegExp, string, ((text: string) => string)?])[] = [
  [/^$/, 'is empty'],
  [/^[a-z]+:\/\//i, 'is a URL', (text) => `Write only the name: ${hostIn(text)}.`],
  [/\s/, 'has a space in it'],
  [/^\d{1,3}(?:\.\d{1,3}){3}$/, 'is an address, not a name'],
  [/:.*:/, 'is an address, not a name'],
  [/:\d+$/, 'has a port', (text) => `Write ${text.replace(/:\d+$/, '')}.`],
  [/:/, 'has a colon in it'],
  [/\//, 'has a path', (text) => `Write ${hostIn(text)}.`],
  [/@/, 'is a mail address', (text) => `Write ${text.slice(text.indexOf('@') + 1)}.`],
  [/\*/, 'has a wildcard; sites below it need none', (text) => `Write ${text.replace(/^\*\./, '')}.`],
  [/\.$/, 'ends with a dot', (text) => `Write ${text.replace(/\.+$/, '')}.`],
  [/^\.|\.\./, 'has an empty part'],
  [/[A-Z]/, 'has capital letters', (text) => `Write ${text.toLowerCase()}.`],
  [/_/, 'has an underscore, which no certificate allows', (text) => `Write ${text.replaceAll('_', '-')}.`],
  [/[^a-z0-9.-]/, 'has a character that DNS does not know'],
  [/\.\d+$|^\d+$/, 'ends with a number instead of a top-level name'],
];

function hostIn(text: string): string {
  return text.replace(/^[a-z]+:\/\//i, '').replace(/[/:?#].*$/, '');
}

function invalid(what: string, instead?: string): Flaw {
  return { code: 'config.domain-invalid', what, instead };
}
