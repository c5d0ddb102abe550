import { awsModule } from '#providers/aws/aws-module.ts';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { providerContract } from './contract.ts';
import { oneNode } from './one-node.ts';
import { ProviderStand } from './provider-stand.ts';
import { ACTED } from '../support/acted-machines.ts';

const SPEC = oneNode({
  provider: 'aws',
  region: 'eu-west-3',
  zones: ['eu-west-3a'],
  image: { system: 'debian-13', architecture: 'amd64' },
  machine: 't3.large',
});

providerContract('simulator', {
  async open() {
    const [clock, random] = [new VirtualClock(), new SeededRandom(1)];
    const account = await openSimulatedAccount({ clock, random, seed: '1', weather: CALM_WEATHER });
    const module = awsModule({ name: 'simulator', ...ACTED, servicesOf: (region) => account.services(region) });
    return new ProviderStand({ module, spec: SPEC, clock, random, run: (task) => clock.run(task) });
  },
});
