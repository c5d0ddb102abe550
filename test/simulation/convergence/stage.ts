import { expect } from 'vitest';
import { CLUSTER } from '../setups.ts';
import { checkQuiescence, normalForm } from '../quiescence.ts';
import type { ToyObject } from '../toy-object.ts';
import type { Interruption } from './interruption.ts';
import type { Sighting } from './marks.ts';
import { type Errand, Operator, type Outcome } from './operator.ts';
import type { Scene } from './scene.ts';
import { addressOf, blueprintOf, formOf, type Template } from './template.ts';

const EVENTS_MAX = 100_000;
const VIRTUAL_MAX_MS = 24 * 3_600_000;
const REST_MS = 60_000;
/** In a storm a command may fail; it is repeated, but not for ever. */
const ATTEMPTS_IN_A_STORM = 4;
const DELETION: Errand = { purpose: 'delete' };

/** What a scenario is told with: operators who start, are cut short and follow one another, and the final judgement. */
export class Stage {
  readonly #scene: Scene;
  readonly #interrupted: { readonly operator: Operator; readonly how: Interruption }[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Carries it out from beginning to end. */
  apply(template: Template): Promise<void> {
    return this.#carryOut(this.#towards(template));
  }

  rollBack(): Promise<void> {
    return this.#carryOut({ purpose: 'rollback' });
  }

  delete(): Promise<void> {
    return this.#carryOut(DELETION);
  }

  /** Starts without waiting for the end. */
  start(template: Template): Operator {
    return new Operator(this.#scene, this.#towards(template));
  }

  /** Lets time pass until the operator was seen to do it. */
  async until(operator: Operator, sighting: Sighting): Promise<void> {
    await this.#run(() => operator.isOver || sighting(operator.marks));
    expect(sighting(operator.marks), 'the moment that the scenario waits for').toBe(true);
  }

  async ended(operator: Operator): Promise<Outcome | undefined> {
    await this.#run(() => operator.isOver);
    return operator.outcome;
  }

  /** By default the blow falls, as the seed decides, at this moment or at the operator's next request. */
  async interrupt(operator: Operator, how: Interruption, when?: 'now'): Promise<void> {
    this.#interrupted.push({ operator, how });
    const isLater = when === undefined && this.#scene.world.random.chance(0.5);
    operator.interrupt(how, isLater ? 'at the next request' : 'now');
    if (how !== 'stop') return;
    const outcome = await this.ended(operator);
    if (this.#scene.isStormy) return;
    expect(outcome?.failed, 'a stop makes nothing fail').toEqual([]);
    const open = [...this.#scene.beginning.ledger.intents.values()].filter(({ may }) => may !== 'nothing');
    expect(open, 'after a stop nothing is left half-done').toEqual([]);
  }

  /** The physical objects of a part that live now, oldest first. */
  objectsOf(part: string): readonly ToyObject[] {
    const { account, beginning } = this.#scene;
    const address = addressOf(part);
    return account
      .living()
      .filter(({ owner }) => beginning.ledger.intents.get(owner?.instanceId ?? '')?.address === address);
  }

  /** Somebody else hangs on the object, so that it cannot be destroyed until he lets go. */
  holdOnTo({ id }: ToyObject): () => void {
    const { account, checker } = this.#scene;
    account.watcher = undefined;
    const values = { serverId: 'network-1', groupId: id, weight: 1 };
    const theirs = account.create({ kind: 'toy.link', values, owner: undefined });
    account.watcher = checker;
    return () => account.data.entries.delete(theirs.id);
  }

  /** Each declared part exists once, with equal values; nothing else of ours does; and a second plan is empty. */
  async verify(template: Template): Promise<void> {
    const { account, beginning, casting, checker, foreign, weather, world } = this.#scene;
    await this.#run(() => false);
    weather.isCalm = true;
    const again = new Operator(this.#scene, this.#towards(template));
    const outcome = await this.ended(again);
    expect(outcome, 'the second plan').toEqual({ ok: true, failed: [], wasIdle: true });
    world.schedule(REST_MS, 'rest', () => undefined);
    await this.#run(() => false);
    weather.isCalm = false;
    const quiet = { cluster: CLUSTER, account, ledger: beginning.ledger };
    const form = formOf(template, casting);
    expect(normalForm(quiet)).toEqual(form);
    checkQuiescence(quiet, checker, { form, foreign, isDelete: form.length === 0, isRollback: false });
    expect(checker.violations).toEqual([]);
    for (const { operator, how } of this.#interrupted)
      expect(operator.isOver, `whoever met a ${how} is gone`).toBe(true);
  }

  #towards(template: Template): Errand {
    const isNothing = Object.keys(template).length === 0;
    return isNothing ? DELETION : { purpose: 'apply', blueprint: blueprintOf(template, this.#scene.casting) };
  }

  async #carryOut(errand: Errand): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.ended(new Operator(this.#scene, errand));
      if (outcome?.ok === true) return;
      if (!this.#scene.isStormy || attempt === ATTEMPTS_IN_A_STORM) expect(outcome?.failed).toEqual('nothing');
    }
  }

  async #run(isDone: () => boolean): Promise<void> {
    const { world } = this.#scene;
    const stop = await world.run(isDone, { eventsMax: EVENTS_MAX, untilMs: world.nowMs + VIRTUAL_MAX_MS });
    expect(['done', 'idle']).toContain(stop);
  }
}
