/** Listed one by one; beyond this only counted, so that memory stays bounded. */
const LISTED_PER_CODE = 1_000;

/** What is listed by code, however much of it there is. */
export class CodedLog<One extends { readonly code: string }> {
  readonly #listed: One[] = [];
  readonly #counts = new Map<One['code'], number>();

  put(one: One): void {
    const count = this.countOf(one.code) + 1;
    this.#counts.set(one.code, count);
    if (count <= LISTED_PER_CODE) this.#listed.push(one);
  }

  /** In the order in which they were met. */
  get listed(): readonly One[] {
    return this.#listed;
  }

  /** All of them by code, those not listed included. */
  get counts(): Readonly<Partial<Record<One['code'], number>>> {
    return Object.fromEntries(this.#counts) as Partial<Record<One['code'], number>>;
  }

  countOf(code: One['code']): number {
    return this.#counts.get(code) ?? 0;
  }
}
