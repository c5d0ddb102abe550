import assert from 'node:assert/strict';
import { holdOnTo, keepBusy, leaveStray } from './intruder.ts';
import { finished, sent, started } from './marks.ts';
import type { Scenario } from './scenario.ts';
import { NOTHING, type Template } from './template.ts';
import { leaning } from './templates.ts';

const INITIAL = leaning('initial');
const UPDATED = leaning('updated');

/** Less than an operator waits for a name, more than all else takes. */
const BUSY_MS = 150_000;

// A comes after G now, which is no reason for C to change, but the plan cannot know.
const RETAINED = { ...INITIAL, C: { ...INITIAL.C, retain: true } } satisfies Template;
const RETAINED_AND_G = { ...RETAINED, A: { ...INITIAL.A, after: ['G'] }, G: {} } satisfies Template;

const C_OF = (fixed: string) => ({ ...INITIAL, A: {}, C: { fixed, after: ['B'] } }) satisfies Template;

// G is destroyed after the old C that stands on it: a stop then still finds something to leave undone.
const INITIAL_AND_G = { ...INITIAL, G: {}, C: { ...INITIAL.C, after: ['B', 'G'] } } satisfies Template;

/** What the engine promises or risks beyond Heat's scenarios. */
export const furtherScenarios: readonly Scenario[] = [
  {
    title: 'rolling back to a C that is known beforehand revives the old C instead of making a third',
    wishes: { C: 'twins' },
    playCut: async (stage, cut) => {
      await stage.apply(C_OF('initial'));
      const before = stage.idsOf('C');
      const update = stage.start(C_OF('updated'));
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      await stage.rollBack();
      await stage.verify(C_OF('initial'));
      assert.deepEqual(stage.idsOf('C'), before);
    },
  },
  {
    title: 'rolling back revives the old C even when only A can tell that it fits, so its name is no hindrance',
    wishes: { A: 'twins', C: 'name' },
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const before = stage.idsOf('C');
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      await stage.rollBack();
      await stage.verify(INITIAL);
      assert.deepEqual(stage.idsOf('C'), before);
    },
  },
  {
    title: 'a rollback that comes while the old C, whose name is needed again, is being destroyed makes C anew',
    wishes: { C: 'name' },
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL_AND_G);
      const update = stage.start(UPDATED);
      await stage.until(update, started('destroy', 'C'));
      await stage.interrupt(update, cut);
      await stage.rollBack();
      await stage.verify(INITIAL_AND_G);
    },
  },
  {
    title: 'an old C that was not ready when a rollback needed its name is revived by the next rollback',
    wishes: { A: 'twins', C: 'name' },
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const before = stage.idsOf('C');
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      for (const id of before) keepBusy(stage.scene, id, BUSY_MS);
      // It fails, unless an old sight of C shows it ready.
      await stage.ended(stage.startRollBack());
      await stage.rollBack();
      await stage.verify(INITIAL);
      assert.deepEqual(stage.idsOf('C'), before);
    },
  },
  {
    title: 'an old C that somebody else holds on to fails the update, and the next one clears it away',
    wishes: { C: 'twins' },
    play: async (stage) => {
      await stage.apply(INITIAL);
      const [old = ''] = stage.idsOf('C');
      const letGo = holdOnTo(stage.scene, old);
      const outcome = await stage.ended(stage.start(UPDATED));
      assert.deepEqual(
        outcome?.failed.map(({ address }) => address),
        ['c'],
      );
      assert.equal(stage.idsOf('C').length, 2);
      letGo();
      await stage.apply(UPDATED);
      await stage.verify(UPDATED);
    },
  },
  {
    title: 'a replacement that proves needless keeps even an object that is to be retained',
    wishes: { C: 'twins' },
    play: async (stage) => {
      await stage.apply(RETAINED);
      const before = stage.idsOf('C');
      await stage.apply(RETAINED_AND_G);
      await stage.verify(RETAINED_AND_G);
      assert.deepEqual(stage.idsOf('C'), before);
    },
  },
  {
    title: 'a delete that is asked to stop when nothing is left to start still clears strays away before it is done',
    wishes: { B: 'twins' },
    play: async (stage) => {
      await stage.apply({ B: {} });
      const isLeft = leaveStray(stage.scene);
      const deletion = stage.start(NOTHING);
      await stage.until(deletion, sent('destroy', 'B'));
      await stage.interrupt(deletion, 'stop', 'now');
      assert(stage.scene.beginning.ledger.isTombstone);
      assert.equal(isLeft(), false);
      await stage.verify(NOTHING);
    },
  },
];
