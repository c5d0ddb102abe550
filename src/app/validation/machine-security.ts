import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { NodeAnswer } from '../every-node.ts';

export type Program = 'apiserver' | 'controller-manager' | 'scheduler' | 'etcd' | 'kubelet' | 'proxy';

export interface FileFacts {
  readonly mode: number;
  /** `root:root` */
  readonly owner: string;
  readonly path: string;
}

/** What keeps others out of one machine's part of Kubernetes, as the machine says. */
export interface MachineSecurity {
  readonly node: string;
  /** With which flags each is started that belongs there; none at all: it does not run. */
  readonly programs: ReadonlyMap<Program, ReadonlyMap<string, string>>;
  readonly files: readonly FileFacts[];
  /** How what is secret is encrypted at rest, the first of all first. */
  readonly atRest: readonly string[];
  /** What a server answers to somebody who shows nothing, by HTTP; `000`: it is not heard. */
  readonly doors: ReadonlyMap<string, string>;
  readonly kubelet: Kubelet;
  readonly proxy: Proxy;
  readonly etcd: Etcd;
  readonly authentication: Authentication;
}

const text = z.string().default('');
/** Not said is not so. */
const yes = z.boolean().default(false);

const Kubelet = z.looseObject({
  authentication: z
    .looseObject({
      anonymous: z.looseObject({ enabled: z.boolean().default(true) }).prefault({}),
      x509: z.looseObject({ clientCAFile: text }).prefault({}),
    })
    .prefault({}),
  authorization: z.looseObject({ mode: text }).prefault({}),
  readOnlyPort: z.number().default(0),
  streamingConnectionIdleTimeout: z.string().default('4h'),
  makeIPTablesUtilChains: z.boolean().default(true),
  eventRecordQPS: z.number().default(50),
  tlsCertFile: text,
  tlsPrivateKeyFile: text,
  tlsCipherSuites: z.array(z.string()).default([]),
  rotateCertificates: yes,
  podPidsLimit: z.number().default(-1),
  seccompDefault: yes,
});
type Kubelet = z.output<typeof Kubelet>;

const Proxy = z.looseObject({ mode: text, metricsBindAddress: text });
type Proxy = z.output<typeof Proxy>;

const Transport = z
  .looseObject({
    'cert-file': text,
    'key-file': text,
    'trusted-ca-file': text,
    'client-cert-auth': yes,
    'auto-tls': yes,
  })
  .prefault({});
const Etcd = z.looseObject({ 'client-transport-security': Transport, 'peer-transport-security': Transport });
type Etcd = z.output<typeof Etcd>;

const Authentication = z.looseObject({
  anonymous: z
    .looseObject({ enabled: z.boolean().default(true), conditions: z.array(z.looseObject({ path: text })).default([]) })
    .prefault({}),
});
type Authentication = z.output<typeof Authentication>;

export function machineSecurity({ node, sections }: Pick<NodeAnswer, 'node' | 'sections'>): MachineSecurity {
  const linesOf = (name: string): readonly string[] =>
    (sections.get(name) ?? '').split('\n').filter((line) => line !== '');
  const written = <T>(name: string, schema: z.ZodType<T>): T => readAs(schema, sections.get(name) ?? '');
  return {
    node,
    programs: programsIn(linesOf('programs')),
    files: linesOf('files').map(fileIn),
    atRest: linesOf('at-rest'),
    doors: new Map(linesOf('doors').map((line): [string, string] => cut(line, ' '))),
    kubelet: written('kubelet', Kubelet),
    proxy: written('proxy', Proxy),
    etcd: written('etcd', Etcd),
    authentication: written('authentication', Authentication),
  };
}

/** One that cannot be read says nothing, and is judged by that. */
function readAs<T>(schema: z.ZodType<T>, yaml: string): T {
  const document = parseDocument(yaml);
  const read = document.errors.length === 0 ? schema.safeParse(document.toJS() ?? {}) : undefined;
  return read?.data ?? schema.parse({});
}

const PROGRAMS = z.enum(['apiserver', 'controller-manager', 'scheduler', 'etcd', 'kubelet', 'proxy']);

/** `apiserver --profiling=false`; the first line of each is its name alone. */
function programsIn(lines: readonly string[]): MachineSecurity['programs'] {
  const programs = new Map<Program, Map<string, string>>();
  for (const line of lines) {
    const [name, flag] = cut(line, ' --');
    const program = PROGRAMS.parse(name);
    const flags = programs.get(program) ?? new Map<string, string>();
    programs.set(program, flags);
    if (flag !== '') flags.set(...cut(flag, '='));
  }
  return programs;
}

/** `600 root root /etc/bootstrap/pki/etcd.key` */
function fileIn(line: string): FileFacts {
  const [mode = '', user = '', group = '', ...path] = line.split(' ');
  return { mode: Number.parseInt(mode, 8), owner: `${user}:${group}`, path: path.join(' ') };
}

function cut(line: string, at: string): [string, string] {
  const index = line.indexOf(at);
  return index === -1 ? [line, ''] : [line.slice(0, index), line.slice(index + at.length)];
}
