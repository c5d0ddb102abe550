import { expect, test } from 'vitest';
import { canPaint } from '#cli/views/choose-view.ts';
import { choosePalette } from '#cli/views/palette.ts';
import { ScriptedTerminal } from '../support/scripted-terminal.ts';

test.each([
  [{}, {}, true],
  [{ isTerminal: false }, {}, false],
  [{ isPlain: true }, {}, false],
  [{ isJson: true }, {}, false],
  [{}, { CI: 'true' }, false],
  [{}, { CI: '1' }, false],
  [{}, { CI: 'false' }, true],
  [{}, { CI: '' }, true],
  [{}, { TERM: 'dumb' }, false],
  [{}, { NO_COLOR: '1' }, true],
])('what moves is shown for %o in an environment of %o: %s', (asked, variables, expected) => {
  const {
    isTerminal = true,
    isPlain = false,
    isJson = false,
  }: { isTerminal?: boolean; isPlain?: boolean; isJson?: boolean } = asked;
  const terminal = new ScriptedTerminal({ arguments: [], isTerminal });
  expect(canPaint({ terminal, isPlain, isJson, environment: { variables, home: '/' } })).toBe(expected);
});

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
])('on a terminal (%s) in an environment of %o, colours are used: %s', (isTerminal, variables, expected) => {
  expect(choosePalette({ isTerminal }, variables).bad('x') !== 'x').toBe(expected);
});
