import { fault } from '../aws-fault.ts';
import { operationOf } from '../account-process.ts';
import type { Passing } from './passing.ts';

/**
 * An emulator that does not know an operation may answer as if it had broken down, and would be asked again and again.
 * Of quotas it knows the fewest: what it cannot be asked is refused at once.
 */
const NOT_THERE = new Set(['GetAWSDefaultServiceQuota']);

export class EmulatedQuotas {
  readonly #quotas: Passing;

  constructor(quotas: Passing) {
    this.#quotas = quotas;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  async send(command: object, options?: object): Promise<unknown> {
    const operation = operationOf(command);
    if (NOT_THERE.has(operation)) throw fault('UnknownOperationException', `The emulator has no ${operation}.`);
    return this.#quotas.send(command, options);
  }
}
