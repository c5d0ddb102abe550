import type { ProviderModule } from '#provider/provider-module.ts';
import { systemEnvironment } from '#std/system-environment.ts';
import { awsModule, type AwsModuleOptions } from './aws-module.ts';
import { sdkClients } from './sdk-clients.ts';

/** The provider `aws`: a real account, with the credentials that the SDK finds. */
export function awsProvider(userDataOf: AwsModuleOptions['userDataOf']): ProviderModule {
  return awsModule({
    name: 'aws',
    servicesOf: (region) => sdkClients(region),
    machines: 'real',
    userDataOf,
    asksPrices: true,
    async operatorAddress(region, signal) {
      const { operatorAddress } = await import('./operator-address.ts');
      return operatorAddress({ region, environment: systemEnvironment(), signal });
    },
  });
}
