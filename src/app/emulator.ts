import { problem } from '#engine/problem.ts';
import type { ProviderModule } from '#provider/provider-module.ts';
import { bucketUserData } from './bucket-user-data.ts';
import type { AppPorts } from './ports.ts';

/** For whoever does not want to say `--emulator` every time. */
const VARIABLE = 'BOOTSTRAP_EMULATOR';
const SPEED_MIN = 0.1;
const SPEED_MAX = 1_000;

/** How many times as fast as the clock machines live that are only emulated; undefined: they are real. */
export function emulatorSpeed({ emulator, environment }: Pick<AppPorts, 'emulator' | 'environment'>) {
  const given = emulator ?? environment.variables[VARIABLE];
  if (given === undefined || given === '') return undefined;
  const speed = Number(given);
  if (speed >= SPEED_MIN && speed <= SPEED_MAX) return speed;
  const detail = `"${given}" is not a speed: a number from ${SPEED_MIN} to ${SPEED_MAX}, such as 100.`;
  throw problem('emulator.refused', { detail });
}

/** What is no cloud has no endpoint that could lead elsewhere. */
export function refuseEmulator({ emulator }: Pick<AppPorts, 'emulator'>, where: string): void {
  if (emulator === undefined) return;
  throw problem('emulator.refused', { detail: `The cluster is ${where}, which needs no emulator.` });
}

/**
 * The provider for AWS where an emulator answers in AWS' stead. What it cannot do, above all boot a machine, a stand-in
 * does over the same wire. Nothing is sent unless every request would stay on this machine or its own network.
 */
export async function emulatedProvider(region: string, speed: number, ports: AppPorts): Promise<ProviderModule> {
  const [{ awsModule }, { sdkClients }, { endpointsOf }, { isPrivateHost }, { emulatedAccount }, operator] =
    await Promise.all([
      import('#providers/aws/aws-module.ts'),
      import('#providers/aws/sdk-clients.ts'),
      import('#providers/aws/endpoints.ts'),
      import('#providers/simulator/stand-in/private-host.ts'),
      import('#providers/simulator/stand-in/emulated-account.ts'),
      import('#providers/simulator/operator-address.ts'),
    ]);
  const { clock, environment } = ports;
  const endpoints = await endpointsOf(region, environment);
  const leaving = [...endpoints].filter(([, { hostname }]) => !isPrivateHost(hostname));
  if (leaving.length > 0) throw refused(leaving);
  const module = awsModule({
    name: 'aws',
    servicesOf: (place) => emulatedAccount(sdkClients(place, environment), { clock, speed }),
    machines: 'acted',
    userDataOf: await bucketUserData({ ports }),
    speed,
    operatorAddress: async () => operator.SIMULATED_OPERATOR_ADDRESS,
  });
  const hosts = new Set([...endpoints.values()].map(({ host }) => host));
  return { ...module, emulator: [...hosts].join(', ') };
}

function refused(leaving: readonly (readonly [service: string, endpoint: URL])[]) {
  const where = leaving.map(([service, { host }]) => `${service} to ${host}`).join(', ');
  const detail = `With --emulator every request must stay at a loopback or private address; these would not: ${where}.`;
  return problem('emulator.refused', { detail });
}
