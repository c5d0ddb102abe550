import { isProblem } from '#engine/problem.ts';
import type { AppPorts } from './ports.ts';
import type { ProviderName } from './provider-names.ts';
import { catalogueOf } from './providers.ts';

/** The range that this workstation is in, as a provider sees it, before there is any cluster; undefined: nobody could say. */
export async function whereFrom(
  { environment }: Pick<AppPorts, 'environment'>,
  provider: ProviderName,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return `${await addressAt(provider, environment, signal)}/32`;
  } catch (error) {
    if (isProblem(error, 'access.unknown')) return undefined;
    throw error;
  }
}

async function addressAt(
  provider: ProviderName,
  environment: AppPorts['environment'],
  signal: AbortSignal,
): Promise<string> {
  switch (provider) {
    case 'aws': {
      const { operatorAddress } = await import('#providers/aws/operator-address.ts');
      return operatorAddress({ region: (await catalogueOf(provider)).defaultRegion, environment, signal });
    }
    case 'simulator':
      return (await import('#providers/simulator/operator-address.ts')).SIMULATED_OPERATOR_ADDRESS;
    case 'local':
      return '127.0.0.1';
  }
}
