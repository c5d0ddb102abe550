/** Requests that several resources share: who asks for one that is under way is given its answer. */
export class Launches<Answer> {
  readonly #underWay = new Map<string, Promise<Answer>>();

  once(token: string, launch: () => Promise<Answer>): Promise<Answer> {
    const known = this.#underWay.get(token);
    if (known !== undefined) return known;
    const launched = launch().finally(() => this.#underWay.delete(token));
    this.#underWay.set(token, launched);
    return launched;
  }
}
