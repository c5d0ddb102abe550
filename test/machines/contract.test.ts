import { afterAll, inject } from 'vitest';
import { localMachines } from '#app/local-machines.ts';
import { providerContract } from '../provider/contract.ts';
import { ProviderStand } from '../provider/provider-stand.ts';
import { LocalStand, oneMachine } from './local-stand.ts';

let stand: LocalStand | undefined;
afterAll(() => stand?.[Symbol.asyncDispose]());

providerContract('local, without a way out', {
  async open() {
    stand = await LocalStand.open();
    const { ports, places } = stand;
    const module = await localMachines({ offline: true }, { ports, places, emit: () => undefined });
    const spec = oneMachine(inject('household'), inject('image'));
    return new ProviderStand({ module, spec, clock: ports.clock, random: ports.random });
  },
});
