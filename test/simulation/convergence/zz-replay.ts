import { Scene } from '/work/main/test/simulation/convergence/scene.ts';
import { Stage } from '/work/main/test/simulation/convergence/stage.ts';
import { createFamily } from '/work/main/test/simulation/convergence/create.ts';
import { updateFamily } from '/work/main/test/simulation/convergence/update.ts';
import { replaceFamily } from '/work/main/test/simulation/convergence/replace.ts';
import { furtherScenarios as furtherReplacements } from '/work/main/test/simulation/convergence/further.ts';
import { userReplaceFamily } from '/work/main/test/simulation/convergence/user-replace.ts';
const all = {
  ...createFamily,
  ...updateFamily,
  ...replaceFamily,
  ...userReplaceFamily,
  x0: furtherReplacements[0],
  x1: furtherReplacements[1],
  x2: furtherReplacements[2],
  x3: furtherReplacements[3],
  x4: furtherReplacements[4],
  x5: furtherReplacements[5],
  x6: furtherReplacements[6],
};
const [name, how, seedText] = process.argv.slice(2);
const scenario = all[name];
const seed = Number(seedText);
const scene = new Scene({
  seed,
  isStormy: seed % 2 === 0,
  wishes: scenario.wishes ?? {},
  tracer: (l) => console.log(l),
});
const stage = new Stage(scene);
try {
  await ('play' in scenario ? scenario.play(stage) : scenario.playCut(stage, how));
  console.log('OK');
} catch (e) {
  console.log(e);
  console.log(scene.checker.violations);
}
