import { parseClusterUid } from '#engine/address.ts';
import { applyPlan } from '#engine/apply.ts';
import { BlueprintBuilder, type Blueprint } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { explain, isPending } from '#engine/change.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { planChanges, type Plan } from '#engine/plan.ts';
import type { Problem } from '#engine/problem.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import { nodeCertificate, type NodeCertificate } from '#cluster/node-certificate.ts';
import { authority } from '#pki/authority-kind.ts';
import { PROTOCOL_FORMAT } from '#host/protocol.ts';
import { SystemRandom } from '#std/system-random.ts';
import { z } from 'zod';
import { journalOf } from '../../engine/support/journal-of.ts';
import { MemoryMailbox } from '../../host/support/memory-mailbox.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const CLUSTER = parseClusterUid('clusterclustercluster');
const TYPES = new Map([authority, nodeCertificate].map((type) => [type.kind, type]));
const PATIENCE_MS = 60_000;

/** What a cluster file asks of the certificate here. */
export interface Wanted {
  readonly box: string;
  readonly overlayAddress: string;
  readonly authorityName: string;
  /** Whether its machine may do without it. */
  readonly ifAsked: boolean;
}

/** An authority, and one certificate by it, brought about by the engine from what is in a mailbox. */
export class CertificateStand {
  readonly mailbox = new MemoryMailbox();
  readonly clock = new VirtualClock();
  readonly #state = new ClusterState(CLUSTER);
  #runtime = this.#newRuntime();

  /** What a machine says; `from` is the box that it names. */
  hello(box: string, requests: Readonly<Record<string, string>>, from = box): void {
    const keys = { sshHost: 'ssh-ed25519 AAAA', overlay: 'key' };
    this.mailbox.post(box, 'hello', { format: PROTOCOL_FORMAT, box: from, keys, requests });
  }

  /** Another process goes on, with nothing but the state. */
  restart(): void {
    this.#runtime = this.#newRuntime();
  }

  async pending(wanted: Partial<Wanted> = {}): Promise<readonly string[]> {
    const { changes } = await this.#plan(blueprintOf(wanted));
    return changes.filter(isPending).map(({ action, address, because }) => `${action} ${address}: ${explain(because)}`);
  }

  async apply(wanted: Partial<Wanted> = {}): Promise<readonly Problem[]> {
    const plan = await this.#plan(blueprintOf(wanted));
    const applied = applyPlan(plan, { runtime: this.#runtime, journal: journalOf(this.#state) });
    await this.clock.advance(2 * PATIENCE_MS);
    return (await applied).failed;
  }

  get certificate(): NodeCertificate | undefined {
    const known = Certificate.safeParse(this.#outputsOf('certificate'));
    return known.success ? known.data : undefined;
  }

  get authority(): string {
    return z.object({ certificate: z.string() }).parse(this.#outputsOf('authority')).certificate;
  }

  #outputsOf(kind: string): unknown {
    const found = [...this.#state.records.values()].find((record) => record.kind === kind && !record.deposed);
    return found?.outputs;
  }

  #plan(blueprint: Blueprint): Promise<Plan> {
    const { signal } = new AbortController();
    return observeAll(this.#runtime, this.#state, signal).then((observations) =>
      planChanges(blueprint, this.#state, { types: TYPES, observations }),
    );
  }

  #newRuntime(): EngineRuntime {
    const { clock, mailbox } = this;
    const random = new SystemRandom();
    const provider = {
      session: { mailbox, clock, random, forgotten: new Set(), reissued: new Map() },
      types: TYPES,
      consistency: { visibleWithinMs: 0, requestAgeMaxMs: 1_000, pollMs: 500 },
      deadlines: { callMs: 1_000, conditionMs: PATIENCE_MS },
      budgets: {},
    };
    return { clock, random, provider, budgets: new RateBudgets({}, clock), emit: () => undefined };
  }
}

const Certificate = z.object({
  certificate: z.string(),
  notAfterMs: z.number(),
  remainingLife: z.enum(['ample', 'short']),
});

function blueprintOf(wanted: Partial<Wanted>) {
  const { box = 'box-0', overlayAddress = '10.43.0.1', authorityName = 'etcd', ifAsked = false } = wanted;
  const builder = new BlueprintBuilder();
  const believed = builder.declare(authority, 'authority.etcd', { name: authorityName, lifeDays: 3_650 });
  builder.declare(nodeCertificate, 'eu-west-3.certificate.control-plane-1.etcd', {
    box,
    purpose: 'etcd',
    ...(ifAsked && { ifAsked }),
    authority: believed.output('certificate'),
    authorityKey: believed.output('key'),
    commonName: 'control-plane-1',
    organizations: [],
    dnsNames: ['control-plane-1', 'localhost'],
    addresses: [overlayAddress, '127.0.0.1'],
    usages: ['server', 'client'],
    lifeDays: 90,
  });
  return builder.build();
}
