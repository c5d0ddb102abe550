import { describe } from 'vitest';
import { furtherScenarios } from './further.ts';
import { playScenario } from './play.ts';

describe.each(furtherScenarios)('$title', (scenario) => {
  playScenario(scenario);
});
