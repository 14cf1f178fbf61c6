/** Remembers the latest of the things it was shown. */
export class Recent {
  readonly #seen = new Set<string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether it is new; from now on it is not. */
  add(thing: string): boolean {
    if (this.#seen.has(thing)) return false;
    this.#seen.add(thing);
    if (this.#seen.size > this.#limit) this.#seen.delete(this.#seen.values().next().value!);
    return true;
  }

  has(thing: string): boolean {
    return this.#seen.has(thing);
  }

  forget(thing: string): void {
    this.#seen.delete(thing);
  }
}
