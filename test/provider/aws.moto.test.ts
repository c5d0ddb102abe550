import { afterAll, vi } from 'vitest';
import { awsModule } from '#providers/aws/aws-module.ts';
import { sdkClients } from '#providers/aws/sdk-clients.ts';
import { emulatedAccount } from '#providers/simulator/stand-in/emulated-account.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemRandom } from '#std/system-random.ts';
import { type MotoServer, startMoto } from '../moto/moto-server.ts';
import { providerContract } from './contract.ts';
import { oneNode } from './one-node.ts';
import { ProviderStand } from './provider-stand.ts';
import { ACTED } from '../support/acted-machines.ts';

const SPEED = 100;
const SPEC = oneNode({
  provider: 'aws',
  region: 'eu-west-3',
  zones: ['eu-west-3a'],
  image: { system: 'debian-13', architecture: 'amd64' },
  machine: 't3.large',
});

let moto: MotoServer | undefined;
afterAll(async () => {
  vi.unstubAllEnvs();
  await moto?.[Symbol.asyncDispose]();
});

providerContract('aws, with moto behind it', {
  // It keeps client tokens and never looks them up.
  forgets: ['token'],
  async open() {
    moto = await startMoto();
    // The SDK looks for credentials in the environment of the process itself.
    for (const [name, value] of Object.entries(moto.environment)) vi.stubEnv(name, value);
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const module = awsModule({
      name: 'aws',
      ...ACTED,
      speed: SPEED,
      servicesOf: (region) => emulatedAccount(sdkClients(region), { clock, speed: SPEED }),
    });
    return new ProviderStand({ module, spec: SPEC, clock, random });
  },
});
