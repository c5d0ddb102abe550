import type { MachineSecurity, Program } from '../machine-security.ts';

/** What the CIS Kubernetes Benchmark asks of one machine, as far as a machine can tell. */
export interface BenchmarkItem {
  readonly id: string;
  readonly of: Program;
  /** What there is instead, as the end of a sentence; undefined: it is as asked. */
  readonly instead: (machine: MachineSecurity) => string | undefined;
  /** It is done in another way here, which `instead` looks at: how, as a sentence. */
  readonly otherwise?: string;
}

/** Those that give nothing away when a key does, and that nobody can bend. */
export function isStrong(suites: readonly string[]): boolean {
  return suites.length > 0 && suites.every((suite) => /^TLS_ECDHE_\w+_(?:GCM|CHACHA20_POLY1305)_\w+$/.test(suite));
}
