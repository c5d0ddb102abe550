import type { $Command, __MetadataBearer } from '@aws-sdk/client-ec2';
import type { Call, ResourceContext } from '#engine/resource.ts';
import { alsoDrawn, budgetOf } from './budgets.ts';
import { callErrorOf, type WhenMissing } from './problems.ts';

/** A client of the SDK, by nothing but its `send`. Which commands it takes differs from service to service. */
export interface Sender<Inputs extends object, Outputs extends __MetadataBearer> {
  send<Input extends Inputs, Output extends Outputs>(
    command: AwsCommand<Inputs, Input, Outputs, Output>,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<Output>;
}

/** A command whose answer is an `Output`. */
export type AwsCommand<
  Inputs extends object,
  Input extends Inputs,
  Outputs extends __MetadataBearer,
  Output extends Outputs,
> = $Command<Input, Output, object, Inputs, Outputs>;

/** One service in one region, as resource kinds speak to it: every request has a budget, a purpose and a judged failure. */
export class AwsService<Inputs extends object, Outputs extends __MetadataBearer> {
  readonly #name: string;
  readonly #client: Sender<Inputs, Outputs>;

  readonly #region: string;

  /** `name` as the budgets spell it: `ec2`, `route53`. The region is for words. */
  constructor(name: string, client: Sender<Inputs, Outputs>, region: string) {
    this.#name = name;
    this.#client = client;
    this.#region = region;
  }

  read<Input extends Inputs, Output extends Outputs>(
    context: Pick<ResourceContext, 'read'>,
    purpose: string,
    command: AwsCommand<Inputs, Input, Outputs, Output>,
  ): Promise<Output> {
    return context.read(this.#call(purpose, command), (signal) => this.#send(command, signal));
  }

  /** A read whose answer goes on after its head: it is answered when `take` has taken all of it. */
  readWhole<Input extends Inputs, Output extends Outputs, Whole>(
    context: Pick<ResourceContext, 'read'>,
    purpose: string,
    command: AwsCommand<Inputs, Input, Outputs, Output>,
    take: (output: Output) => Promise<Whole>,
  ): Promise<Whole> {
    return context.read(this.#call(purpose, command), async (signal) => {
      const output = await this.#send(command, signal);
      try {
        return await take(output);
      } catch (error) {
        throw callErrorOf(error);
      }
    });
  }

  /** A request that makes or changes something: what is missing is taken for something made so lately that it is not visible. */
  mutate<Input extends Inputs, Output extends Outputs>(
    context: Pick<ResourceContext, 'mutate'>,
    purpose: string,
    command: AwsCommand<Inputs, Input, Outputs, Output>,
  ): Promise<Output> {
    return context.mutate(this.#call(purpose, command), (signal) => this.#send(command, signal, 'not-yet'));
  }

  /** A request that ends something: what is missing is gone. */
  remove<Input extends Inputs, Output extends Outputs>(
    context: Pick<ResourceContext, 'mutate'>,
    purpose: string,
    command: AwsCommand<Inputs, Input, Outputs, Output>,
  ): Promise<Output> {
    return context.mutate(this.#call(purpose, command), (signal) => this.#send(command, signal));
  }

  #call(purpose: string, command: object): Call {
    const operation = operationOf(command);
    const also = alsoDrawn(this.#name, operation, 'input' in command ? command.input : undefined);
    return { budget: budgetOf(this.#name, operation), also, purpose };
  }

  async #send<Input extends Inputs, Output extends Outputs>(
    command: AwsCommand<Inputs, Input, Outputs, Output>,
    abortSignal: AbortSignal,
    whenMissing?: WhenMissing,
  ): Promise<Output> {
    try {
      return await this.#client.send(command, { abortSignal });
    } catch (error) {
      const sent = { service: this.#name, operation: operationOf(command), region: this.#region };
      throw callErrorOf(error, whenMissing, sent);
    }
  }
}

function operationOf(command: object): string {
  return command.constructor.name.replace(/Command$/, '');
}
