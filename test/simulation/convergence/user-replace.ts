import assert from 'node:assert/strict';
import { finished, sent } from './marks.ts';
import type { Family } from './scenario.ts';
import { freeOf, NOTHING, type Template } from './template.ts';
import { leaning } from './templates.ts';

const OLD = leaning('initial');

/** The user himself puts another resource in the place of C. */
const { C, ...others } = leaning('updated');
const NEW = { ...others, NewC: C, D: { on: 'NewC' }, E: { free: { of: 'NewC', output: 'fixed' } } } satisfies Template;
const NEW_AND_F = { ...NEW, F: { after: ['D', 'E'] } } satisfies Template;

const withFree = (initial: string, free: string) =>
  ({ ...leaning(initial), C: { fixed: freeOf('A'), free } }) satisfies Template;

export const userReplaceFamily = {
  'user replace': {
    title: 'the user declares NewC in the place of C, and all who used C move over',
    play: async (stage) => {
      await stage.apply(OLD);
      await stage.verify(OLD);
      const before = stage.idsOf('C');
      await stage.apply(NEW);
      await stage.verify(NEW);
      await stage.apply(NEW_AND_F);
      await stage.verify(NEW_AND_F);
      assert.notDeepEqual(stage.idsOf('NewC'), before);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'user replace rollback': {
    title: 'rolling back while NewC is being created keeps the very same C',
    wishes: { C: 'twins' },
    playCut: async (stage, cut) => {
      await stage.apply(OLD);
      await stage.verify(OLD);
      const before = stage.idsOf('C');
      const update = stage.start(NEW);
      await stage.until(update, sent('create', 'NewC'));
      await stage.interrupt(update, cut);
      await stage.rollBack();
      await stage.verify(OLD);
      assert.deepEqual(stage.idsOf('C'), before);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'user replace rollback update': {
    title: 'after a replacement that was rolled back, C is updated in place like any other',
    wishes: { C: 'twins' },
    playCut: async (stage, cut) => {
      await stage.apply(withFree('initial', 'one'));
      await stage.verify(withFree('initial', 'one'));
      const update = stage.start(withFree('updated', 'one'));
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      await stage.rollBack();
      await stage.verify(withFree('initial', 'one'));
      const before = stage.idsOf('C');
      await stage.apply(withFree('initial', 'two'));
      await stage.verify(withFree('initial', 'two'));
      assert.deepEqual(stage.idsOf('C'), before);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
} satisfies Family;
