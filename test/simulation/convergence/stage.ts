import assert from 'node:assert/strict';
import { CLUSTER } from '../undertaking.ts';
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
const ROLLBACK: Errand = { purpose: 'rollback' };
const DELETION: Errand = { purpose: 'delete' };

/** What a scenario is told with: operators who start, are cut short and follow one another, and the final judgement. */
export class Stage {
  readonly scene: Scene;
  readonly #interrupted: Operator[] = [];

  constructor(scene: Scene) {
    this.scene = scene;
  }

  /** Carries it out from beginning to end. */
  apply(template: Template): Promise<void> {
    return this.#carryOut(this.#towards(template));
  }

  rollBack(): Promise<void> {
    return this.#carryOut(ROLLBACK);
  }

  delete(): Promise<void> {
    return this.#carryOut(DELETION);
  }

  /** Starts without waiting for the end. */
  start(template: Template): Operator {
    return new Operator(this.scene, this.#towards(template));
  }

  startRollBack(): Operator {
    return new Operator(this.scene, ROLLBACK);
  }

  /** Lets time pass until the operator was seen to do it. */
  async until(operator: Operator, sighting: Sighting): Promise<void> {
    await this.#run(() => operator.isOver || sighting(operator.marks));
    assert(sighting(operator.marks), 'The moment that the scenario waits for never came.');
  }

  async ended(operator: Operator): Promise<Outcome | undefined> {
    await this.#run(() => operator.isOver);
    assert(operator.isOver, 'An operator waits for what never comes.');
    return operator.outcome;
  }

  /** By default the blow falls, as the seed decides, at this moment or at the operator's next request. */
  async interrupt(operator: Operator, how: Interruption, when?: 'now'): Promise<void> {
    this.#interrupted.push(operator);
    const isLater = when === undefined && this.scene.world.random.chance(0.5);
    operator.interrupt(how, isLater ? 'at the next request' : 'now');
    if (how !== 'stop') return;
    const outcome = await this.ended(operator);
    if (this.scene.isStormy) return;
    assert.deepEqual(outcome?.failed, [], 'A stop made something fail.');
    const open = [...this.scene.beginning.ledger.intents.values()].filter(({ may }) => may !== 'nothing');
    assert.deepEqual(open, [], 'A stop left something half-done.');
  }

  /** Which physical objects of a part live now, oldest first. */
  idsOf(part: string): readonly string[] {
    return this.objectsOf(part).map(({ id }) => id);
  }

  /** The same as they are, with their values. */
  objectsOf(part: string): readonly ToyObject[] {
    const { account, beginning } = this.scene;
    const address = addressOf(part);
    return account
      .living()
      .filter(({ owner }) => beginning.ledger.intents.get(owner?.instanceId ?? '')?.address === address);
  }

  /** Each declared part exists once, with equal values; nothing else of ours does; and a second plan is empty. */
  async verify(template: Template): Promise<void> {
    const { account, beginning, casting, checker, foreign, weather, world } = this.scene;
    await this.#run(() => false);
    weather.isCalm = true;
    const again = new Operator(this.scene, this.#towards(template));
    const outcome = await this.ended(again);
    assert.deepEqual(outcome, { ok: true, failed: [], pending: [] }, 'The second plan is not empty.');
    world.schedule(REST_MS, 'rest', () => undefined);
    await this.#run(() => false);
    weather.isCalm = false;
    const quiet = { cluster: CLUSTER, account, ledger: beginning.ledger };
    const form = formOf(template, casting);
    assert.deepEqual(normalForm(quiet), form);
    checkQuiescence(quiet, checker, { form, foreign, isDelete: form.length === 0, isRollback: false });
    assert.deepEqual(checker.violations, []);
    assert(
      this.#interrupted.every(({ isOver }) => isOver),
      'An operator that was cut short is still at work.',
    );
  }

  #towards(template: Template): Errand {
    const isNothing = Object.keys(template).length === 0;
    return isNothing ? DELETION : { purpose: 'apply', blueprint: blueprintOf(template, this.scene.casting) };
  }

  async #carryOut(errand: Errand): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.ended(new Operator(this.scene, errand));
      if (outcome?.ok === true) return;
      const isLast = !this.scene.isStormy || attempt === ATTEMPTS_IN_A_STORM;
      assert(!isLast, `The ${errand.purpose} failed: ${outcome?.failed.map(({ message }) => message).join(' | ')}`);
    }
  }

  async #run(isDone: () => boolean): Promise<void> {
    const { world } = this.scene;
    const stop = await world.run(isDone, { eventsMax: EVENTS_MAX, untilMs: world.nowMs + VIRTUAL_MAX_MS });
    assert(stop === 'done' || stop === 'idle', `It does not come to an end: ${stop}.`);
  }
}
