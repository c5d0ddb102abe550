/** `NoSuchKey 404`: with what a request is refused; `accepted` if it is not. */
export async function refusalOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'accepted';
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** Undefined: it is no answer of a service. */
export function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return `${error.name} ${String(metadata.httpStatusCode)}`;
}

/** What a refusal says, besides its name. */
export async function wordsOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return '';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const listed: readonly unknown[] = 'messages' in error && Array.isArray(error.messages) ? error.messages : [];
    return [error.message, ...listed].join(' ');
  }
}
