import type { ClusterSpec } from './cluster-file.ts';

/** What somebody has answered or given as options; what is left out keeps its default. */
export interface ClusterAnswers {
  readonly name: string;
  readonly provider: ClusterSpec['provider'];
  readonly domain: string;
  readonly region?: string | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly controlPlane?: number | undefined;
  readonly workers?: number | undefined;
  readonly storage?: number | undefined;
  /** Nodes with every role, instead of the three groups. */
  readonly converged?: number | undefined;
  readonly from?: readonly string[] | undefined;
  readonly sshPublicKey?: string | undefined;
  /** The provider's name of one image, or its file. */
  readonly image?: string | undefined;
  readonly monitoring?: boolean | undefined;
  readonly speed?: number | undefined;
  readonly seed?: number | undefined;
  readonly weather?: NonNullable<ClusterSpec['simulator']>['weather'] | undefined;
  /** Machines of a workstation reach nothing outside. */
  readonly offline?: boolean | undefined;
}

/** The cluster file that says what was answered, and no more. */
export function renderClusterFile(answers: ClusterAnswers): string {
  const { name, provider, domain, region, zones, image, from, sshPublicKey, monitoring } = answers;
  const blocks = [
    ['# What is not written here has its default; "bootstrap explain" lists all that can be.'],
    [
      ...line('name', name),
      ...line('provider', provider),
      ...line('domain', domain),
      ...line('region', region),
      ...line('zones', zones),
      ...line('monitoring', monitoring),
    ],
    section('One image of your own.', 'image', line('id', image)),
    section('How many nodes of each role.', 'nodes', groups(answers)),
    section('Who can reach SSH and the Kubernetes API, and with which key.', 'access', [
      ...line('from', from),
      ...line('ssh-key', sshPublicKey),
    ]),
    ownSection(answers),
  ];
  return `${blocks
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Of what only one provider has. */
function ownSection({ speed, seed, weather, offline }: ClusterAnswers): readonly string[] {
  const simulated = [...line('speed', speed), ...line('seed', seed), ...line('weather', weather)];
  return [
    ...section('A simulated account: nothing is real, nothing costs anything.', 'simulator', simulated),
    ...section('Machines of this workstation.', 'local', line('offline', offline)),
  ];
}

function groups({ controlPlane, workers, storage, converged }: ClusterAnswers): readonly string[] {
  const counts = { 'control-plane': controlPlane, worker: workers, storage, converged };
  return Object.entries(counts).flatMap(([role, count]) =>
    count === undefined ? [] : [`${role}: { count: ${count} }`],
  );
}

function section(comment: string, key: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`# ${comment}`, `${key}:`, ...lines.map((text) => `  ${text}`)];
}

function line(key: string, value: string | number | boolean | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [`${key}: ${write(value)}`];
}

function write(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'string') return scalar(value);
  return typeof value === 'object' ? `[${value.map(scalar).join(', ')}]` : String(value);
}

const PLAIN = /^[A-Za-z][A-Za-z0-9./@+=_ -]*[A-Za-z0-9=/+]$|^\d+(?:\.\d+){3}\/\d+$/;
/** Words that YAML takes for something else than text. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** As people write it where that is safe, else in quotes that hold anything. */
function scalar(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}
