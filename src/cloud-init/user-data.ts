import { stringify } from 'yaml';
import { assert } from '#std/assert.ts';
import { shellVariables } from './shell-variables.ts';

export interface UserDataSpec {
  /** As `readNodeStub` gives it, or `readBucketStub` for a bucket. */
  readonly script: string;
  readonly stub: { readonly format: number };
  /** Digest of the scripts that it fetches, as `readNodeBundle` gives it. */
  readonly bundle: string;
  /** Where the machine leaves its letters: a URL such as `http://10.0.2.100`, or the cluster's bucket. */
  readonly mailbox: string | BucketMailboxPlace;
  /** Public keys that open SSH on the machine, beside those that its provider gives it. */
  readonly sshKeys: readonly string[];
  /** Who answers all questions for names, when it is not whoever the network names. */
  readonly dns?: SegmentDns | undefined;
  /** What it is to become: from this follows what it makes keys for, to ask for certificates. */
  readonly role: string;
}

export interface BucketMailboxPlace {
  readonly bucket: string;
  readonly region: string;
  /** Where it is not found under its own name, such as `https://s3.cn-north-1.amazonaws.com.cn`. */
  readonly endpoint?: string | undefined;
}

interface SegmentDns {
  readonly address: string;
  /** Domains in which short names are looked up. */
  readonly search: readonly string[];
}

const HOME = '/etc/bootstrap';
const UNIT = 'bootstrap-node.service';

/**
 * What cloud-init does on a new machine: it lets the operator in, and starts what brings the machine its scripts. It
 * installs nothing and fetches nothing, and no secret is in it: whoever is on the machine can read it.
 */
export function renderUserData(spec: UserDataSpec): string {
  check(spec);
  const { sshKeys, dns } = spec;
  const config = {
    ssh_deletekeys: true,
    ssh_genkeytypes: ['ed25519'],
    // The last lines of its log are for what went wrong.
    ssh_quiet_keygen: true,
    ...(sshKeys.length === 0 ? {} : { ssh_authorized_keys: sshKeys.map(withoutComment) }),
    disable_root: false,
    // Of what an image brings, only this is needed: locales, packages and boot loaders are as they are.
    cloud_config_modules: ['runcmd'],
    cloud_final_modules: ['scripts_user', 'final_message'],
    ...(dns === undefined ? {} : { bootcmd: useOwnDns() }),
    write_files: [...filesOf(spec), ...(dns === undefined ? [] : [resolverFile(dns)])],
    // A machine knows its own name without asking anybody.
    runcmd: [
      'echo 127.0.1.1 $(hostname) >>/etc/hosts',
      `SYSTEMD_LOG_LEVEL=err systemctl enable --now --no-block --no-reload ${UNIT}`,
    ],
  };
  return `#cloud-config\n${stringify(config, STYLE)}`;
}

/** YAML as cloud-init reads it, where `on` and `0700` are no texts; every indentation counts against the size. */
const STYLE = { version: '1.1', indent: 2, indentSeq: false, lineWidth: 0, blockQuote: 'literal' } as const;

interface WrittenFile {
  readonly path: string;
  readonly encoding?: 'gz+b64';
  readonly content: string;
}

function filesOf({ script, stub, mailbox, bundle, role }: UserDataSpec): readonly WrittenFile[] {
  const isUrl = typeof mailbox === 'string';
  const settings = {
    FORMAT: String(stub.format),
    ...(isUrl ? { MAILBOX: mailbox } : { BUCKET: urlOf(mailbox), BUCKET_REGION: mailbox.region }),
    BUNDLE: bundle,
    ROLE: role,
  };
  return [
    isUrl
      ? { path: `${HOME}/stub.sh`, content: script }
      : { path: `${HOME}/bucket.py`, encoding: 'gz+b64', content: script },
    { path: `${HOME}/settings`, content: shellVariables(settings) },
    { path: `/etc/systemd/system/${UNIT}`, content: nodeUnit(isUrl ? STUB_STARTS : BUCKET_STUB_STARTS) },
  ];
}

function urlOf({ bucket, region, endpoint }: BucketMailboxPlace): string {
  return endpoint === undefined ? `https://${bucket}.s3.${region}.amazonaws.com` : `${endpoint}/${bucket}`;
}

const STUB_STARTS = `ExecStart=/bin/sh ${HOME}/stub.sh`;
const BUCKET_STUB_STARTS = `EnvironmentFile=${HOME}/settings
ExecStart=/usr/bin/python3 ${HOME}/bucket.py`;

/** Its words go to the console too, where they can be read also when nothing else can be reached. */
const nodeUnit = (starts: string): string => `[Unit]
Description=Bootstrap node agent
[Service]
${starts}
Restart=on-failure
RestartSec=15
SyslogIdentifier=bootstrap-node
StandardOutput=journal+console
[Install]
WantedBy=multi-user.target
`;

function resolverFile({ address, search }: SegmentDns): WrittenFile {
  const searching = search.length === 0 ? '' : `search ${search.join(' ')}\n`;
  return { path: `${HOME}/resolv.conf`, content: `nameserver ${address}\n${searching}` };
}

/** At every boot, for others may have put theirs there; and no other source of names may make some up. */
function useOwnDns(): readonly string[] {
  return [`ln -sfn ${HOME}/resolv.conf /etc/resolv.conf`, "sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf"];
}

function withoutComment(key: string): string {
  return key.trim().split(/ +/).slice(0, 2).join(' ');
}

const MAILBOX = /^https?:\/\/[\w.:/-]{1,200}[\w-]$/;
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const BUCKET_REGION = /^[a-z][a-z0-9-]{0,30}$/;
const PACKED = /^[A-Za-z0-9+/]+={0,2}$/;
const SSH_KEY = /^[a-z0-9@.-]+ +[A-Za-z0-9+/]+={0,2}(?: .*)?$/;
const SHA256 = /^[\da-f]{64}$/;
const ROLE = /^[a-z][a-z-]{0,30}$/;
const ADDRESS = /^[\da-f.:]{2,39}$/;
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;
const DOMAIN_LENGTH_MAX = 253;
/** More than this many, the resolver does not read. */
const SEARCH_MAX = 6;

/** What comes here was checked where it came from; that it did is not left to hope. */
function check(spec: UserDataSpec): void {
  const { stub, bundle, sshKeys, dns, role } = spec;
  assert(Number.isSafeInteger(stub.format), 'The format of the protocol is a number.');
  checkMailbox(spec);
  const areKeys = sshKeys.every((key) => SSH_KEY.test(key.trim()));
  assert(areKeys, 'An SSH key is one line, with its type and its body.');
  assert(SHA256.test(bundle), 'Scripts are known by their digest.');
  assert(ROLE.test(role), 'A role is a word.');
  if (dns === undefined) return;
  assert(ADDRESS.test(dns.address), 'A name server is an address.');
  const areDomains = dns.search.every((domain) => DOMAIN.test(domain) && domain.length <= DOMAIN_LENGTH_MAX);
  assert(areDomains && dns.search.length <= SEARCH_MAX, `At most ${SEARCH_MAX} domains are searched.`);
}

function checkMailbox({ mailbox, script }: UserDataSpec): void {
  const url = typeof mailbox === 'string' ? mailbox : urlOf(mailbox);
  assert(MAILBOX.test(url), 'The place of the mailbox is a URL without a slash at its end.');
  if (typeof mailbox === 'string') return;
  // With a dot in it, no certificate is good for the name of its host.
  assert(BUCKET.test(mailbox.bucket), 'A bucket has a name without dots.');
  assert(BUCKET_REGION.test(mailbox.region), 'A region is a word.');
  assert(PACKED.test(script), 'What asks a bucket is packed.');
}
