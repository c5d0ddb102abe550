import { sent } from './marks.ts';
import type { Family } from './scenario.ts';
import { NOTHING, type Template } from './template.ts';
import { FIVE } from './templates.ts';

const CHAIN = {
  A: {},
  B: { free: 'beta', after: ['A'] },
  C: { free: 'early', after: ['B'] },
  D: { free: 'early', after: ['C'] },
} satisfies Template;

const OTHER_CHAIN = { ...CHAIN, C: { ...CHAIN.C, free: 'late' }, D: { ...CHAIN.D, free: 'late' } } satisfies Template;

const APART = {
  A: {},
  B: {},
  C: { free: 'gamma', after: ['A'] },
  D: { on: 'C' },
  E: {},
} satisfies Template;

export const createFamily = {
  'basic create': {
    title: 'five resources that stand on one another are created, each once',
    play: async (stage) => {
      await stage.apply(FIVE);
      await stage.verify(FIVE);
    },
  },
  'disjoint create': {
    title: 'resources that have nothing to do with one another are created side by side',
    play: async (stage) => {
      await stage.apply(APART);
      await stage.verify(APART);
    },
  },
  'basic create rollback': {
    title: 'rolling back the first create, once C is on its way, leaves nothing',
    playCut: async (stage, cut) => {
      const first = stage.start(FIVE);
      await stage.until(first, sent('create', 'C'));
      await stage.interrupt(first, cut);
      await stage.rollBack();
      await stage.verify(NOTHING);
    },
  },
  'create early delete': {
    title: 'a delete that comes while the first resource is being created leaves nothing',
    playCut: async (stage, cut) => {
      const first = stage.start(FIVE);
      await stage.until(first, sent('create', 'A'));
      await stage.interrupt(first, cut);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update interrupt create': {
    title: 'an update that comes while a chain is half created ends in the updated chain',
    playCut: async (stage, cut) => {
      const first = stage.start(CHAIN);
      await stage.until(first, sent('create', 'B'));
      await stage.interrupt(first, cut);
      await stage.apply(OTHER_CHAIN);
      await stage.verify(OTHER_CHAIN);
    },
  },
} satisfies Family;
