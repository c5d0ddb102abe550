import { z } from 'zod';
import { CallError, type CallErrorDetails } from '#engine/call.ts';
import type { ServerAnswer } from '#std/known-server.ts';

/** How the API says that it did not do something. */
const Status = z.object({
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().default(''), message: z.string().default('') })).default([]),
    })
    .default({ causes: [] }),
});

/**
 * | the API says                              | so                                                       |
 * |-------------------------------------------|----------------------------------------------------------|
 * | 401                                       | rejected: these credentials                              |
 * | 403 because its namespace is going        | not yet: the namespace has to be gone, and made again    |
 * | 403                                       | rejected: denied                                         |
 * | 404                                       | rejected: absent                                         |
 * | 409 AlreadyExists                         | rejected: exists                                         |
 * | 409 otherwise                             | ambiguous: it is another than it was, look at it again   |
 * | 429                                       | throttled                                                |
 * | 500 and above                             | ambiguous: it, or what it asks in turn, may have done it |
 * | any other                                 | rejected: invalid                                        |
 */
export function faultOf({ status: code, body }: ServerAnswer): CallError {
  const status = statusIn(body);
  const message = status.message === '' ? `The API answered ${code}.` : status.message;
  return new CallError({ ...outcomeOf(code, status), message });
}

type Status = z.output<typeof Status>;

function outcomeOf(code: number, { reason, details }: Status): Pick<CallErrorDetails, 'outcome' | 'reason'> {
  switch (code) {
    case 401:
      return { outcome: 'rejected', reason: 'credentials' };
    case 403: {
      const isGoing = details.causes.some((cause) => cause.reason === 'NamespaceTerminating');
      return isGoing ? { outcome: 'not-yet' } : { outcome: 'rejected', reason: 'denied' };
    }
    case 404:
      return { outcome: 'rejected', reason: 'absent' };
    case 409:
      return reason === 'AlreadyExists' ? { outcome: 'rejected', reason: 'exists' } : { outcome: 'ambiguous' };
    case 429:
      return { outcome: 'throttled' };
    default:
      return code >= 500 ? { outcome: 'ambiguous' } : { outcome: 'rejected', reason: 'invalid' };
  }
}

/** What the causes of a refusal say, such as which budget forbids an eviction. */
export function causesIn({ body }: ServerAnswer): readonly { readonly reason: string; readonly message: string }[] {
  return statusIn(body).details.causes;
}

function statusIn(body: string): Status {
  try {
    const parsed = Status.safeParse(JSON.parse(body));
    if (parsed.success) return parsed.data;
  } catch {
    // Whoever answered in its stead does not speak as it does.
  }
  return { message: '', reason: '', details: { causes: [] } };
}
