import assert from 'node:assert/strict';
import { sent, started } from './marks.ts';
import type { Family } from './scenario.ts';
import { NOTHING, type Template } from './template.ts';
import { FIVE, SIX } from './templates.ts';

const { E: _e, ...WITHOUT_E } = FIVE;
const { B: _b, ...others } = FIVE;
const WITHOUT_B = { ...others, C: { ...FIVE.C, after: ['A'] } } satisfies Template;
// G leaves something to do: an update that a stop finds finished is not one to roll back.
const F_AFTER_A = { ...FIVE, F: { after: ['A'] }, G: { after: ['F'] } } satisfies Template;
const F_AFTER_D = { ...FIVE, F: { after: ['D'] }, G: { after: ['F'] } } satisfies Template;

export const updateFamily = {
  'basic update delete': {
    title: 'an update takes over while the create is at D, and a delete then leaves nothing',
    playCut: async (stage, cut) => {
      const first = stage.start(FIVE);
      await stage.until(first, sent('create', 'D'));
      await stage.interrupt(first, cut);
      await stage.apply(SIX);
      await stage.verify(SIX);
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'multiple update': {
    title: 'E goes, E comes back together with F, and in the end everything goes',
    play: async (stage) => {
      for (const template of [FIVE, WITHOUT_E, SIX]) {
        await stage.apply(template);
        await stage.verify(template);
      }
      await stage.delete();
      await stage.verify(NOTHING);
    },
  },
  'update add': {
    title: 'an update adds F and touches nothing else',
    play: async (stage) => {
      await stage.apply(FIVE);
      await stage.verify(FIVE);
      const before = ['A', 'B', 'C', 'D', 'E'].map((part) => stage.objectsOf(part));
      await stage.apply(SIX);
      await stage.verify(SIX);
      assert.deepEqual(
        ['A', 'B', 'C', 'D', 'E'].map((part) => stage.objectsOf(part)),
        before,
      );
    },
  },
  'update add concurrent': {
    title: 'an update that adds F takes over while C is being created',
    playCut: async (stage, cut) => {
      const first = stage.start(FIVE);
      await stage.until(first, sent('create', 'C'));
      await stage.interrupt(first, cut);
      await stage.apply(SIX);
      await stage.verify(SIX);
    },
  },
  'update add rollback': {
    title: 'rolling back an update that has just sent the request for F leaves F out',
    playCut: async (stage, cut) => {
      await stage.apply(FIVE);
      const update = stage.start(F_AFTER_A);
      await stage.until(update, sent('create', 'F'));
      await stage.interrupt(update, cut);
      await stage.rollBack();
      await stage.verify(FIVE);
    },
  },
  'update add rollback early': {
    title: 'rolling back an update that has not yet asked for F leaves F out',
    playCut: async (stage, cut) => {
      await stage.apply(FIVE);
      const update = stage.start(F_AFTER_D);
      await stage.until(update, started('create', 'F'));
      await stage.interrupt(update, cut, 'now');
      await stage.rollBack();
      await stage.verify(FIVE);
    },
  },
  'update remove': {
    title: 'an update takes E away and touches nothing else',
    play: async (stage) => {
      await stage.apply(FIVE);
      await stage.verify(FIVE);
      const before = ['A', 'B', 'C', 'D'].map((part) => stage.objectsOf(part));
      await stage.apply(WITHOUT_E);
      await stage.verify(WITHOUT_E);
      assert.deepEqual(
        ['A', 'B', 'C', 'D'].map((part) => stage.objectsOf(part)),
        before,
      );
    },
  },
  'update remove rollback': {
    title: 'rolling back an update before it takes B away keeps the very same B',
    playCut: async (stage, cut) => {
      await stage.apply(FIVE);
      await stage.verify(FIVE);
      const before = stage.objectsOf('B');
      const update = stage.start(WITHOUT_B);
      await stage.until(update, started('update', 'C'));
      await stage.interrupt(update, cut, 'now');
      await stage.rollBack();
      await stage.verify(FIVE);
      assert.deepEqual(stage.objectsOf('B'), before);
    },
  },
} satisfies Family;
