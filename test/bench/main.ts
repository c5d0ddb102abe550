import { clusterFigures } from './cluster-bench.ts';
import { criticalPathFigures } from './critical-path-bench.ts';
import { etcdFigures } from './etcd-bench.ts';
import { renderFigures, summarise } from './figure.ts';
import { ownTimeFigures } from './own-time-bench.ts';
import { planFigures } from './plan-bench.ts';
import { startFigures } from './start-bench.ts';
import { switchFigures } from './switch-bench.ts';

const figures = [
  ...startFigures(),
  ...planFigures(),
  ...(await ownTimeFigures()),
  ...(await criticalPathFigures()),
  ...(await clusterFigures()),
  ...(await switchFigures()),
  ...(await etcdFigures()),
];
const { line, failed } = summarise(figures);
console.log(`${renderFigures(figures)}\n\n${line}`);
process.exitCode = failed === 0 ? 0 : 1;
