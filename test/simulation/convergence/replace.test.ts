import { playFamily, playScenario } from './play.ts';
import { furtherReplacements, replaceFamily } from './replace.ts';

playFamily(replaceFamily);
for (const scenario of furtherReplacements) playScenario(scenario);
