import { stringify } from 'yaml';
import { assert } from '#std/assert.ts';
import { shellVariables } from './shell-variables.ts';

export interface UserDataSpec {
  /** As `readNodeStub` gives it. */
  readonly script: string;
  readonly stub: { readonly format: number };
  /** Digest of the scripts that it fetches, as `readNodeBundle` gives it. */
  readonly bundle: string;
  /** Where the machine leaves its letters, such as `http://10.0.2.100`. */
  readonly mailbox: string;
  /** Public keys that open SSH on the machine. */
  readonly sshKeys: readonly string[];
  /** Who answers all questions for names, when it is not whoever the network names. */
  readonly dns?: SegmentDns | undefined;
  /** What the machine makes keys for, to ask for certificates: `etcd`. */
  readonly purposes: readonly string[];
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
    ssh_authorized_keys: sshKeys.map(withoutComment),
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
  readonly content: string;
}

function filesOf({ script, stub, mailbox, bundle, purposes }: UserDataSpec): readonly WrittenFile[] {
  const settings = {
    FORMAT: String(stub.format),
    MAILBOX: mailbox,
    BUNDLE: bundle,
    PURPOSES: purposes.join(' '),
  };
  return [
    { path: `${HOME}/stub.sh`, content: script },
    { path: `${HOME}/settings`, content: shellVariables(settings) },
    { path: `/etc/systemd/system/${UNIT}`, content: NODE_UNIT },
  ];
}

/** Its words go to the console too, where they can be read also when nothing else can be reached. */
const NODE_UNIT = `[Unit]
Description=Bootstrap node agent
[Service]
ExecStart=/bin/sh ${HOME}/stub.sh
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
const SSH_KEY = /^[a-z0-9@.-]+ +[A-Za-z0-9+/]+={0,2}(?: .*)?$/;
const SHA256 = /^[\da-f]{64}$/;
const PURPOSE = /^[a-z][a-z-]{0,30}$/;
const ADDRESS = /^[\da-f.:]{2,39}$/;
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;
const DOMAIN_LENGTH_MAX = 253;
/** More than this many, the resolver does not read. */
const SEARCH_MAX = 6;

/** What comes here was checked where it came from; that it did is not left to hope. */
function check({ stub, mailbox, bundle, sshKeys, dns, purposes }: UserDataSpec): void {
  assert(Number.isSafeInteger(stub.format), 'The format of the protocol is a number.');
  assert(MAILBOX.test(mailbox), 'The place of the mailbox is a URL without a slash at its end.');
  const areKeys = sshKeys.every((key) => SSH_KEY.test(key.trim()));
  assert(areKeys, 'An SSH key is one line, with its type and its body.');
  assert(SHA256.test(bundle), 'Scripts are known by their digest.');
  assert(
    purposes.every((purpose) => PURPOSE.test(purpose)),
    'The purpose of a key is a word.',
  );
  if (dns === undefined) return;
  assert(ADDRESS.test(dns.address), 'A name server is an address.');
  const areDomains = dns.search.every((domain) => DOMAIN.test(domain) && domain.length <= DOMAIN_LENGTH_MAX);
  assert(areDomains && dns.search.length <= SEARCH_MAX, `At most ${SEARCH_MAX} domains are searched.`);
}
