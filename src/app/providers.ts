import { SIMULATOR_DEFAULTS } from '#config/written-file.ts';
import type { Catalogue } from '#provider/catalogue.ts';
import type { ProviderModule } from '#provider/provider-module.ts';
import type { RunEvent } from './app.ts';
import { bucketUserData } from './bucket-user-data.ts';
import { emulatedProvider, emulatorSpeed, refuseEmulator } from './emulator.ts';
import type { KnownCluster } from './known-clusters.ts';
import type { Places } from './places.ts';
import type { AppPorts } from './ports.ts';
import type { ProviderName } from './provider-names.ts';

interface ProviderWorld {
  readonly ports: AppPorts;
  readonly places: Places;
  /** Hears what a provider says that is about no resource. */
  readonly emit: (event: RunEvent) => void;
}

/** The code of a provider, loaded when a verb needs it and not before. */
export async function loadProvider(
  { provider, region, simulator, local }: Pick<KnownCluster, 'provider' | 'region' | 'simulator' | 'local'>,
  world: ProviderWorld,
): Promise<ProviderModule> {
  switch (provider) {
    case 'aws': {
      const speed = emulatorSpeed(world.ports);
      if (speed !== undefined) return emulatedProvider(region, speed, world.ports);
      const [{ awsProvider }, userDataOf] = await Promise.all([
        import('#providers/aws/index.ts'),
        bucketUserData(world),
      ]);
      return awsProvider(userDataOf);
    }
    case 'simulator':
      refuseEmulator(world.ports, 'in a simulated account');
      return simulatedProvider(simulator, world);
    case 'local':
      refuseEmulator(world.ports, 'on this workstation');
      return (await import('./local-machines.ts')).localMachines(local, world);
  }
}

/** What a provider offers, without its code: for checking a file. */
export async function catalogueOf(provider: ProviderName): Promise<Catalogue> {
  if (provider !== 'local') return (await import('#providers/aws/catalogue.ts')).awsCatalogue;
  const [{ catalogueFor }, { SystemHostFacts }] = await Promise.all([
    import('#providers/local/catalogue.ts'),
    import('#std/system-host-facts.ts'),
  ]);
  const { architecture } = new SystemHostFacts();
  return catalogueFor(architecture === 'other' ? 'amd64' : architecture);
}

/** The provider for AWS, on top of an account that is simulated in a directory of this workstation. */
async function simulatedProvider(
  simulator: KnownCluster['simulator'],
  { ports, places }: ProviderWorld,
): Promise<ProviderModule> {
  const { clock, random, files } = ports;
  const [{ awsModule }, { openSimulatedAccount }, { DirectoryLog }, known, { SIMULATED_OPERATOR_ADDRESS }] =
    await Promise.all([
      import('#providers/aws/aws-module.ts'),
      import('#providers/simulator/index.ts'),
      import('#providers/simulator/directory-log.ts'),
      import('#providers/simulator/weather.ts'),
      import('#providers/simulator/operator-address.ts'),
    ]);
  const { account: name, seed, speed, weather = SIMULATOR_DEFAULTS.weather } = simulator ?? SIMULATOR_UNKNOWN;
  const weathers = { calm: known.CALM_WEATHER, mild: known.MILD_WEATHER, mean: known.MEAN_WEATHER };
  const log = new DirectoryLog({ root: places.simulatedAccount(name), files, random });
  const account = await openSimulatedAccount({
    log,
    clock,
    random,
    seed: String(seed),
    weather: weathers[weather],
    ...(speed === undefined ? {} : { speed }),
  });
  return awsModule({
    name: 'simulator',
    machines: 'acted',
    userDataOf: await bucketUserData({ ports }),
    servicesOf: (region) => account.services(region),
    speed: account.speed,
    operatorAddress: async () => SIMULATED_OPERATOR_ADDRESS,
  });
}

const SIMULATOR_UNKNOWN = { account: 'default', ...SIMULATOR_DEFAULTS };
