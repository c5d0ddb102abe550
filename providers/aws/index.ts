import type { ProviderModule } from '#provider/provider-module.ts';
import { awsModule } from './aws-module.ts';
import { sdkClients } from './sdk-clients.ts';

/** The provider `aws`: a real account, with the credentials that the SDK finds. */
export function awsProvider(): ProviderModule {
  return awsModule({ name: 'aws', servicesOf: sdkClients });
}
