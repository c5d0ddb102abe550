import { afterAll, beforeAll, describe } from 'vitest';
import { farewellChecks } from './kubernetes/farewell.ts';
import { foundingChecks } from './kubernetes/founding.ts';
import { replacementChecks } from './kubernetes/replacement.ts';
import { scaleChecks } from './kubernetes/scale.ts';
import { policyChecks, trafficChecks } from './kubernetes/traffic.ts';
import { upgradeChecks } from './kubernetes/upgrade.ts';
import { validationChecks } from './kubernetes/validation.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';

const COUNTS = { controlPlanes: 3, workers: 2 };

/** Each on what the one before has left: machines cost minutes. */
describe('Kubernetes on machines of this workstation', () => {
  const cluster = new KubernetesCluster();
  beforeAll(() => cluster.prepare(COUNTS));
  afterAll(async () => {
    console.log(`\n${cluster.figures.join('\n')}\n`);
    for (const { pid } of await cluster.place.processes()) process.kill(pid, 'SIGKILL');
  });

  foundingChecks(cluster, COUNTS);
  validationChecks(cluster);
  trafficChecks(cluster);
  policyChecks(cluster);
  replacementChecks(cluster, COUNTS);
  scaleChecks(cluster, COUNTS);
  upgradeChecks(cluster, COUNTS);
  farewellChecks(cluster);
});
