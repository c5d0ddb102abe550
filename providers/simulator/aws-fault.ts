export interface AwsFaultDetails {
  /** The error code as the SDK puts it into `name`. */
  readonly code: string;
  readonly message: string;
  /** @default 400 */
  readonly status?: number;
}

/** An error answer, in the shape in which the SDK throws it. */
export class AwsFault extends Error {
  override readonly name: string;
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number; readonly attempts: number };

  constructor({ code, message, status = 400 }: AwsFaultDetails) {
    super(message);
    this.name = code;
    this.$fault = status >= 500 ? 'server' : 'client';
    this.$metadata = { httpStatusCode: status, attempts: 1 };
  }
}

export function fault(code: string, message: string, status = 400): AwsFault {
  return new AwsFault({ code, message, status });
}
