import type { $Command, __MetadataBearer } from '@aws-sdk/client-ec2';
import { z } from 'zod';

/** On requests for what an account would do by itself: whoever counts a program's own leaves them out. */
export const STAND_IN_HEADER = 'x-bootstrap-stand-in';

const Request = z.looseObject({ headers: z.record(z.string(), z.string()) });

/** Has the request of a command say on whose behalf it is sent. */
export function onBehalf<
  Inputs extends object,
  Outputs extends __MetadataBearer,
  Input extends Inputs,
  Output extends Outputs,
>({ middlewareStack }: $Command<Input, Output, object, Inputs, Outputs>): void {
  middlewareStack.add(
    (next) => (args) => {
      if (hasHeaders(args.request)) args.request.headers[STAND_IN_HEADER] = 'yes';
      return next(args);
    },
    { step: 'build', name: 'onBehalf' },
  );
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return Request.safeParse(request).success;
}
