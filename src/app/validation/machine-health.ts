import type { CertificateFacts } from '#std/certificate.ts';
import type { NodeAnswer } from '../every-node.ts';

type Life = Pick<CertificateFacts, 'notBeforeMs' | 'notAfterMs'>;

export interface ServerHealth {
  readonly name: string;
  /** Of HTTP, `000` for none; undefined: it is not asked. */
  readonly status: string | undefined;
  /** Of the certificate that it shows; undefined: it shows none. */
  readonly life: Life | undefined;
}

/** What a machine says of itself. */
export interface MachineHealth {
  readonly node: string;
  /** Undefined: it did not say. */
  readonly clockMs: number | undefined;
  readonly servers: readonly ServerHealth[];
  /** By addresses of pods; undefined: it has no means to find out, or was not asked. */
  readonly reached: ReadonlyMap<string, boolean> | undefined;
}

const SECOND_MS = 1_000;

export function machineHealth({ node, sections }: NodeAnswer): MachineHealth {
  const seconds = Number.parseFloat(sections.get('clock') ?? '');
  const statuses = new Map(rowsOf(sections.get('health'), ' ').map(([name = '', status = '']) => [name, status]));
  const pods = sections.get('pods');
  return {
    node,
    clockMs: Number.isNaN(seconds) ? undefined : seconds * SECOND_MS,
    servers: rowsOf(sections.get('certificates'), '\t').map(([first = '', second = '']) => {
      const [name = '', ...begin] = first.split(' ');
      return { name, status: statuses.get(name), life: lifeOf(begin.join(' '), second) };
    }),
    reached:
      pods === undefined ? undefined : new Map(rowsOf(pods, ' ').map(([to = '', how]) => [to, how === 'reached'])),
  };
}

/** `notBefore=Nov 22 23:50:01 2026 GMT` and the other. */
function lifeOf(begin: string, end: string): Life | undefined {
  const [notBeforeMs, notAfterMs] = [begin, end].map((text) => Date.parse(text.replace(/^not\w+=/, '')));
  if (notBeforeMs === undefined || notAfterMs === undefined) return undefined;
  return Number.isNaN(notBeforeMs + notAfterMs) ? undefined : { notBeforeMs, notAfterMs };
}

function rowsOf(text = '', separator: string): readonly (readonly string[])[] {
  return text === '' ? [] : text.split('\n').map((line) => line.split(separator));
}
