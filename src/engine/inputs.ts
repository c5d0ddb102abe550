import type { Address } from './address.ts';
import { problem } from './problem.ts';
import type { ResourceType } from './resource.ts';

/** Inputs as the kind's schema reads them, defaults filled in. */
export function checkInputs(type: ResourceType, address: Address, inputs: unknown): unknown {
  const parsed = type.inputs.safeParse(inputs);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.') || type.kind}: ${message}`).join('; ');
  throw problem('blueprint.inputs-invalid', { address, detail: `${address}: ${where}` });
}
