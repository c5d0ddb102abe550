/** As JSON.parse, but a whole number that a `number` cannot hold stays text, with every digit of it. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, exact);
}

function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? '';
  const isTooLong = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source);
  return isTooLong ? source : value;
}
