import assert from 'node:assert/strict';
import { finished } from './marks.ts';
import type { Family } from './scenario.ts';
import { NOTHING, type Template } from './template.ts';
import { leaning } from './templates.ts';

const INITIAL = leaning('initial');
const UPDATED = leaning('updated');
const UPDATED_AND_F = { ...UPDATED, F: { after: ['D', 'E'] } } satisfies Template;
const A_BELOW = { A: { fixed: 'initial' }, B: { fixed: 'first', after: ['A'] } } satisfies Template;
const B_BELOW = { A: { fixed: 'updated', after: ['B'] }, B: { fixed: 'second' } } satisfies Template;

export const replaceFamily = {
  'update replace': {
    title: 'a new value of A replaces C, and all who use C follow',
    play: async (stage) => {
      await stage.apply(INITIAL);
      await stage.verify(INITIAL);
      const [old] = stage.idsOf('C');
      await stage.apply(UPDATED);
      await stage.verify(UPDATED);
      await stage.apply(UPDATED_AND_F);
      await stage.verify(UPDATED_AND_F);
      assert.notDeepEqual(stage.idsOf('C'), [old]);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update replace invert dependencies': {
    title: 'A and B are replaced while their dependency turns around',
    play: async (stage) => {
      await stage.apply(A_BELOW);
      await stage.verify(A_BELOW);
      await stage.apply(B_BELOW);
      await stage.verify(B_BELOW);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update replace missed cleanup': {
    title: 'the next update clears away an old C that the first one did not come to destroy',
    wishes: { C: 'twins' },
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      assert.equal(stage.idsOf('C').length, 2);
      await stage.apply(UPDATED_AND_F);
      await stage.verify(UPDATED_AND_F);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update replace missed cleanup delete': {
    title: 'a delete clears away both the new C and the old one that the update did not come to destroy',
    wishes: { C: 'twins' },
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      assert.equal(stage.idsOf('C').length, 2);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update replace rollback': {
    title: 'rolling back an update that has replaced C, but not destroyed the old one, ends with one C as before',
    wishes: { C: 'twins' },
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      assert.equal(stage.idsOf('C').length, 2);
      await stage.rollBack();
      await stage.verify(INITIAL);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
} satisfies Family;
