import type { Address } from '#engine/address.ts';
import type { Ref } from '#engine/ref.ts';

/** An output of a construct's resource that the construct's type does not show. */
export function hiddenOutput<T = string>(address: Address, output: string): Ref<T> {
  return { $ref: address, output };
}
