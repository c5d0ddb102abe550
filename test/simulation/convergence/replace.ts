import { expect } from 'vitest';
import { finished, sent } from './marks.ts';
import type { Family, Scenario } from './scenario.ts';
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
      const [old] = stage.objectsOf('C');
      await stage.apply(UPDATED);
      await stage.verify(UPDATED);
      await stage.apply(UPDATED_AND_F);
      await stage.verify(UPDATED_AND_F);
      expect(stage.objectsOf('C').map(({ id }) => id)).not.toContain(old?.id);
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
    twins: ['C'],
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      expect(stage.objectsOf('C')).toHaveLength(2);
      await stage.apply(UPDATED_AND_F);
      await stage.verify(UPDATED_AND_F);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update replace missed cleanup delete': {
    title: 'a delete clears away both the new C and the old one that the update did not come to destroy',
    twins: ['C'],
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      expect(stage.objectsOf('C')).toHaveLength(2);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update replace rollback': {
    title: 'rolling back an update that has replaced C, but not destroyed the old one, ends with one C as before',
    twins: ['C'],
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const update = stage.start(UPDATED);
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      expect(stage.objectsOf('C')).toHaveLength(2);
      await stage.rollBack();
      await stage.verify(INITIAL);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
} satisfies Family;

const C_OF = (fixed: string) => ({ ...INITIAL, A: {}, C: { fixed, after: ['B'] } }) satisfies Template;

/** What the engine promises or risks beyond Heat's scenarios. */
export const furtherReplacements: readonly Scenario[] = [
  {
    title: 'rolling back to a C that is known beforehand revives the old C instead of making a third',
    twins: ['C'],
    playCut: async (stage, cut) => {
      await stage.apply(C_OF('initial'));
      const [old] = stage.objectsOf('C');
      const update = stage.start(C_OF('updated'));
      await stage.until(update, finished('replace', 'C'));
      await stage.interrupt(update, cut, 'now');
      await stage.rollBack();
      await stage.verify(C_OF('initial'));
      expect(stage.objectsOf('C').map(({ id }) => id)).toEqual([old?.id]);
    },
  },
  {
    title: 'a rollback that comes while the old C is being destroyed makes C anew',
    playCut: async (stage, cut) => {
      await stage.apply(INITIAL);
      const update = stage.start(UPDATED);
      await stage.until(update, sent('destroy', 'C'));
      await stage.interrupt(update, cut);
      await stage.rollBack();
      await stage.verify(INITIAL);
    },
  },
  {
    title: 'an old C that somebody else holds on to fails the update, and the next one clears it away',
    twins: ['C'],
    play: async (stage) => {
      await stage.apply(INITIAL);
      const [old] = stage.objectsOf('C');
      if (old === undefined) throw new RangeError('There is no C.');
      const letGo = stage.holdOnTo(old);
      const outcome = await stage.ended(stage.start(UPDATED));
      expect(outcome?.failed.map(({ address }) => address)).toEqual(['c']);
      expect(stage.objectsOf('C')).toHaveLength(2);
      letGo();
      await stage.apply(UPDATED_AND_F);
      await stage.verify(UPDATED_AND_F);
    },
  },
];
