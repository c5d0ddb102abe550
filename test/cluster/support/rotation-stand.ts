import { rotation } from '#cluster/rotation.ts';
import type { RotationPhase } from '#cluster/trust.ts';
import { parseAddress, parseClusterUid } from '#engine/address.ts';
import { applyPlan } from '#engine/apply.ts';
import { BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { CallError } from '#engine/call.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { planChanges } from '#engine/plan.ts';
import type { Problem } from '#engine/problem.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { observeAll } from '#engine/refresh.ts';
import { node } from '#host/node.ts';
import { PROTOCOL_FORMAT } from '#host/protocol.ts';
import { SystemRandom } from '#std/system-random.ts';
import { journalOf } from '../../engine/support/journal-of.ts';
import { MemoryMailbox } from '../../host/support/memory-mailbox.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const TYPES = new Map([node, rotation].map((type) => [type.kind, type]));
const PATIENCE_MS = 60_000;

export interface Phase {
  /** Undefined: no rotation is under way. */
  readonly phase: RotationPhase | undefined;
  readonly leaf: string;
  readonly believes: readonly string[];
}

/** Nodes on machines that are played by hand, and a rotation among them, brought about by the engine. */
export class RotationStand {
  readonly mailbox = new MemoryMailbox();
  readonly clock = new VirtualClock();
  readonly #state = new ClusterState(parseClusterUid('clusterclustercluster'));
  readonly #deaf = new Set<string>();

  constructor() {
    const look = this.mailbox.look.bind(this.mailbox);
    this.mailbox.look = (context, box) =>
      this.#deaf.has(box)
        ? Promise.reject(new CallError({ outcome: 'ambiguous', message: 'no answer' }))
        : look(context, box);
  }

  /** From now on nobody can tell what is in its box. */
  loseSightOf(box: string): void {
    this.#deaf.add(box);
  }

  findAgain(box: string): void {
    this.#deaf.delete(box);
  }

  /** What a machine says when it boots, and when it has become a node. */
  boot(box: string): void {
    const keys = { sshHost: 'ssh-ed25519 AAAA', overlay: 'key' };
    this.mailbox.post(box, 'hello', { format: PROTOCOL_FORMAT, box, keys, requests: {} });
    this.mailbox.post(box, 'stage-01-ready');
  }

  refuse(box: string, letter: string, reason: string): void {
    this.mailbox.post(box, letter, { format: PROTOCOL_FORMAT, box, reason });
  }

  /** `meanwhile`: when everything is sent that there is to send. */
  async apply(phase: Phase, boxes: readonly string[], meanwhile = () => {}): Promise<readonly Problem[]> {
    const { clock } = this;
    const runtime = this.#newRuntime();
    const { signal } = new AbortController();
    const seeing = observeAll(runtime, this.#state, signal);
    await clock.advance(PATIENCE_MS);
    const observations = await seeing;
    const plan = planChanges(blueprintOf(phase, boxes), this.#state, { types: TYPES, observations });
    const applied = applyPlan(plan, { runtime, journal: journalOf(this.#state) });
    await clock.advance(PATIENCE_MS / 2);
    meanwhile();
    await clock.advance(3 * PATIENCE_MS);
    return (await applied).failed;
  }

  get rotation(): ResourceRecord | undefined {
    return this.#state.current(parseAddress('rotation.etcd'));
  }

  letters(box: string): readonly string[] {
    return this.mailbox.names(box).filter((name) => name.startsWith('renewal-'));
  }

  #newRuntime() {
    const { clock, mailbox } = this;
    const random = new SystemRandom();
    const provider = {
      session: { mailbox, forgotten: new Set() },
      types: TYPES,
      consistency: { visibleWithinMs: 0, requestAgeMaxMs: 1_000, pollMs: 500 },
      deadlines: { callMs: 1_000, conditionMs: PATIENCE_MS },
      budgets: {},
    };
    return { clock, random, provider, budgets: new RateBudgets({}, clock), emit: () => undefined };
  }
}

function blueprintOf({ phase, leaf, believes }: Phase, boxes: readonly string[]) {
  const builder = new BlueprintBuilder();
  const machines = boxes.map((mailbox) => {
    const name = mailbox.replace('box', 'control-plane');
    const place = { name, role: 'control-plane', region: 'eu-west-3', zone: 'a', mailbox };
    const certificate = `${leaf} of ${mailbox}`;
    const other = `${leaf} of ${mailbox} to others`;
    const made = builder.declare(node, `eu-west-3.node.${name}`, {
      ...place,
      settings: {},
      secrets: {},
      certificates: { etcd: { certificate, believes }, 'apiserver-etcd': { certificate: other, believes } },
      assets: [],
      updates: 0,
      stages: ['ready'],
    });
    const told = { renewals: made.output('renewals'), delivered: made.output('delivered') };
    const certificates = { etcd: certificate, 'apiserver-etcd': other };
    return { node: name, box: made.output('mailbox'), certificates, ...told };
  });
  if (phase !== undefined) builder.declare(rotation, 'rotation.etcd', { purpose: 'etcd', phase, believes, machines });
  return builder.build();
}
