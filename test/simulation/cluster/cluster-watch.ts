import type { MarkedObject } from '#provider/provider-module.ts';
import type { CanaryWatch } from '../canaries.ts';
import type { Expected, NormalForm } from '../cloud.ts';
import type { Intent } from '../intent-ledger.ts';
import type { SimulatedProcess } from '../process.ts';
import { differenceOf } from '../quiescence.ts';
import { Watch, type WatchSeed } from '../watch.ts';
import { accountForm } from './account-form.ts';
import { type Claim, claimsOf, mutates } from './intent-rules.ts';
import { isRecord, type Mirror, type Mirrored, type Touched } from './mirror.ts';
import { quorumLostBy } from './quorum-rule.ts';

export interface ClusterWatchSeed extends WatchSeed {
  readonly cluster: string;
  readonly mirror: Mirror;
  /** Objects that are others', by key. */
  readonly foreign: ReadonlySet<string>;
  readonly keyCanaries: CanaryWatch;
  /** What machines are not told either, but for the one that signs what workloads show. */
  readonly authorityCanaries: CanaryWatch;
  /** Keys of the objects that still hold something at that moment. */
  readonly livingAt: (nowMs: number) => ReadonlySet<string>;
  readonly visibleWithinMs: number;
  /** Kinds of which a second object of one instance may exist for a while. */
  readonly mayDouble: (kind: string) => boolean;
}

/** Records and letters: they live and go with their zone and their bucket. */
const COUNTED_WITH_OTHERS = new Set(['record-set', 'current-version']);

/** What carries the mark of its instance from its first moment on. */
const MARKED = new Set([
  'vpc',
  'subnet',
  'internet-gateway',
  'elastic-ip',
  'natgateway',
  'instance',
  'key-pair',
  'role',
  'instance-profile',
  'bucket',
  'hosted-zone',
  'load-balancer',
  'target-group',
  'listener',
  'key',
]);

const WELCOME = /^mailbox\/[^/]+\/[^/]+\/welcome$/;

/** Watches every request and every effect on the simulated account, and judges them by the raw truth alone. */
export class ClusterWatch extends Watch {
  readonly #seed: ClusterWatchSeed;

  constructor(seed: ClusterWatchSeed) {
    super(seed);
    this.#seed = seed;
  }

  /** A request leaves the process. */
  sent(process: SimulatedProcess, operation: string, input: unknown): void {
    this.#checkInput(operation, input);
    const claims = claimsOf(operation, input);
    if (claims.length === 0) return;
    this.checkLease(process, operation);
    for (const claim of claims) {
      if (!this.#isIntended(claim))
        this.report(3, `${operation} is sent without a durable intent: ${JSON.stringify(claim)}`);
    }
  }

  /** A request has had its effect. */
  changed(operation: string, touched: readonly Touched[]): void {
    if (!mutates(operation)) this.report(3, `${operation} has an effect, and no rule says what intent it needs`);
    for (const one of touched) {
      const { key, before, after } = one;
      const loss = quorumLostBy(one, { ledger: this.ledger, objects: this.#ours() });
      if (loss !== undefined) this.report(11, loss);
      // A zone that leads to ours is busy for a moment; what is in it is another matter.
      const isBusyAlone = key.startsWith('zone-activity@');
      if (this.#seed.foreign.has(key) && !isBusyAlone) this.report(9, `${operation} touched ${key}, which is not ours`);
      if (before === undefined && after !== undefined) this.#created(after);
    }
  }

  judge({ form, isDelete, isRollback }: Expected): void {
    const living = this.#living();
    for (const { key, owner } of living) this.#checkKnown(key, owner);
    const difference = differenceOf(this.form(), form);
    if (difference !== undefined) this.report(isRollback ? 8 : 7, difference);
    this.#checkWelcomes(living);
    if (!isDelete) return;
    for (const { key } of living) this.report(9, `${key} is left after the deletion`);
    if (!this.ledger.isTombstone) this.report(9, 'the state is no tombstone');
  }

  /** What the program finds by our mark alone has to be all that is there, and nothing else. */
  compare(marked: readonly MarkedObject[]): void {
    const found = new Set(marked.map(({ id }) => id));
    for (const { key, id, value, owner } of this.#living()) {
      const isOurs = owner !== undefined || hasClusterTag(value, this.#seed.cluster);
      if (isOurs && ![...this.#seed.mirror.namesOf(id)].some((name) => found.delete(name)))
        this.report(1, `${key} is there and is not found by its mark`);
    }
    for (const id of found) this.report(15, `${id} is said to be there, and is not`);
  }

  form(): NormalForm {
    const living = new Set(this.#living());
    return accountForm(
      this.#ours().filter((object) => living.has(object) || COUNTED_WITH_OTHERS.has(object.kind)),
      this.ledger,
    );
  }

  protected override checkTruth(address: string): void {
    const intent = this.ledger.currentAt(address);
    if (intent === undefined)
      return this.report(15, `${address} was reported as done, the journal has no intent for it`);
    const { nowMs, visibleWithinMs } = this.#seed;
    const isThere = [nowMs(), nowMs() - visibleWithinMs].some((atMs) => this.#isTrue(intent, atMs));
    if (!isThere) this.report(15, `${address} was reported as done, and is not there`);
    return undefined;
  }

  #isTrue({ instanceId, kind, inputs }: Intent, atMs: number): boolean {
    if (kind === 'node') return this.#hasSettled(instanceId, inputs);
    if (!OBSERVABLE.has(kind)) return true;
    const alive = this.#seed.livingAt(atMs);
    return this.#ours().some(({ key, owner }) => owner?.instanceId === instanceId && alive.has(key));
  }

  #hasSettled(instanceId: string, inputs: unknown): boolean {
    const box = isRecord(inputs) ? String(inputs['mailbox']) : '';
    return this.#ours().some(
      ({ kind, id }) => kind === 'current-version' && id.endsWith(`/${box}/settled-${instanceId}`),
    );
  }

  #created({ key, kind, owner }: Mirrored): void {
    const { cluster, mayDouble } = this.#seed;
    if (owner?.cluster !== cluster) {
      if (MARKED.has(kind)) this.report(1, `${key} was created without the mark of its instance`);
      return;
    }
    if (mayDouble(kind)) return;
    const twins = this.#living().filter((other) => other.kind === kind && other.owner?.instanceId === owner.instanceId);
    if (twins.length > 1)
      this.report(2, `instance ${owner.instanceId} exists as ${twins.map((twin) => twin.id).join(' and ')}`);
  }

  /** A welcome holds a secret: once its machine is a node it must be gone. */
  #checkWelcomes(living: readonly Mirrored[]): void {
    const boxes = new Set(living.map(({ value }) => value['box']));
    for (const { kind, id } of this.#ours()) {
      const box = kind === 'current-version' ? /\/mailbox\/[^/]+\/([^/]+)\/welcome$/.exec(id)?.[1] : undefined;
      if (boxes.has(box) && box !== undefined) this.report(12, `the welcome ${id} still lies there`);
    }
  }

  #checkKnown(key: string, owner: Mirrored['owner']): void {
    if (owner === undefined) return;
    const intent = this.ledger.intents.get(owner.instanceId);
    if (intent === undefined) this.report(1, `${key} is in no intent`);
    else if (intent.isGone) this.report(1, `${key} of ${intent.address} is left, the journal says it is gone`);
  }

  #isIntended(claim: Claim): boolean {
    if (claim.of === 'instance') return this.ledger.intents.get(claim.instanceId)?.may === 'create';
    const { doing, kinds, names, otherwise } = claim;
    if (otherwise !== undefined && this.#isIntended(otherwise)) return true;
    if (doing !== 'makes' && names.some((name) => this.#isStray(name))) return true;
    const owners = new Set(names.map((name) => this.#seed.mirror.ownerOf(name)?.instanceId));
    for (const intent of this.ledger.intents.values()) {
      if (!kinds.includes(intent.kind) || !ALLOWS[doing].includes(intent.may)) continue;
      if (owners.has(intent.instanceId) || isNamedIn(intent, names)) return true;
    }
    return false;
  }

  /** A stray is known by what tells it apart, and may be ended by its name. */
  #isStray(name: string): boolean {
    return !this.ledger.strayIds.isDisjointFrom(this.#seed.mirror.namesOf(name));
  }

  #checkInput(operation: string, input: unknown): void {
    const text = JSON.stringify(input);
    if (!this.#seed.keyCanaries.isIn(text)) return;
    const isWelcome = operation === 's3.PutObject' && isRecord(input) && WELCOME.test(String(input['Key']));
    if (!isWelcome || this.#seed.authorityCanaries.isIn(withoutWorkloads(input['Body'])))
      this.report(12, `a secret is readable in ${operation}`);
  }

  #ours(): readonly Mirrored[] {
    return [...this.#seed.mirror.objects].filter(({ key }) => !this.#seed.foreign.has(key));
  }

  #living(): readonly Mirrored[] {
    const alive = this.#seed.livingAt(this.nowMs());
    return this.#ours().filter(({ key }) => alive.has(key));
  }
}

/** A welcome, but for the key that the machines of the control plane sign with what workloads show. */
function withoutWorkloads(body: unknown): string {
  const welcome: unknown = JSON.parse(String(body));
  if (!isRecord(welcome) || !isRecord(welcome['secrets'])) return String(body);
  const { 'service-account-key': _signing, ...others } = welcome['secrets'];
  return JSON.stringify({ ...welcome, secrets: others });
}

/** Which open intents allow what. Ending is also part of changing: a rule too many, a role out of a profile. */
const ALLOWS: Readonly<Record<Extract<Claim, { of: 'object' }>['doing'], readonly Intent['may'][]>> = {
  makes: ['create', 'update'],
  changes: ['create', 'update', 'destroy'],
  ends: ['destroy'],
};

/** Kinds whose object carries the instance's mark. */
const OBSERVABLE = new Set([
  'aws.ec2.vpc',
  'aws.ec2.subnet',
  'aws.ec2.internet-gateway',
  'aws.ec2.address',
  'aws.ec2.nat-gateway',
  'aws.ec2.route-table',
  'aws.ec2.security-group',
  'aws.ec2.key-pair',
  'aws.ec2.instance',
  'aws.iam.role',
  'aws.iam.instance-profile',
  'aws.kms.key',
  'aws.s3.bucket',
  'aws.route53.zone',
  'aws.elb.load-balancer',
  'aws.elb.target-group',
  'aws.elb.listener',
]);

function hasClusterTag({ tags }: Mirrored['value'], cluster: string): boolean {
  return isRecord(tags) && tags['bootstrap:cluster'] === cluster;
}

function isNamedIn({ inputs, outputs }: Intent, names: readonly string[]): boolean {
  const text = JSON.stringify([inputs, outputs]);
  return names.every((name) => text.includes(name));
}
