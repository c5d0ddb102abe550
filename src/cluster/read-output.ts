import type { ResourceRecord } from '#engine/record.ts';

/** What is known of a resource, as far as its record goes. */
export function readOutput(record: ResourceRecord | undefined, name: string): unknown {
  const outputs = record?.outputs;
  return typeof outputs === 'object' && outputs !== null ? Reflect.get(outputs, name) : undefined;
}
