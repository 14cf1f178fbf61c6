/**
 * Colleagues whom an officer has told of their orders, and who see them among their own. It gives no right:
 * what a deputy may do, its role says, as before. It ends with either's certificate.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../http/problem.ts';

/** Of one officer. */
export const MAX_DEPUTIES = 5;
/** Officers of one deputy: its list is made of theirs. */
export const MAX_OFFICERS = 20;

/** People by the pseudonyms in their certificates, each of one role. */
export interface Deputy {
  readonly member: string;
  readonly officer: string;
  readonly deputy: string;
  readonly since: number;
}

export const DEPUTY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS deputy (
    member TEXT NOT NULL, officer TEXT NOT NULL, deputy TEXT NOT NULL, who TEXT NOT NULL,
    since INTEGER NOT NULL, PRIMARY KEY (member, officer, deputy)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS deputy_of ON deputy (member, deputy);
`;
const COLUMNS = 'member, officer, deputy, since';

export type Deputies = ReturnType<typeof createDeputies>;

/** @param isPresent whether somebody of a member has a valid certificate under a pseudonym. */
export function createDeputies(
  database: DatabaseSync,
  now: () => number,
  isPresent: (member: string, person: string) => boolean,
) {
  const selectOfOfficer = database.prepare(
    `SELECT ${COLUMNS}, who FROM deputy WHERE member = ? AND officer = ? ORDER BY deputy`,
  );
  const selectOfDeputy = database.prepare(
    `SELECT ${COLUMNS}, who FROM deputy WHERE member = ? AND deputy = ? ORDER BY officer`,
  );
  const insert = database.prepare('INSERT INTO deputy VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare(
    'DELETE FROM deputy WHERE member = ? AND officer = ? AND deputy = ?',
  );

  /** Of either who left, it ends here, and does not begin anew should they come back. */
  const listPresent = (rows: readonly (Deputy & { readonly who: string })[]) =>
    rows.filter(({ member, officer, deputy }) => {
      if (isPresent(member, officer) && isPresent(member, deputy)) return true;
      remove.run(member, officer, deputy);
      return false;
    });
  const listOf = (member: string, officer: string) =>
    listPresent(selectOfOfficer.all(member, officer) as unknown as (Deputy & { who: string })[]);
  const listFor = (member: string, deputy: string) =>
    listPresent(selectOfDeputy.all(member, deputy) as unknown as (Deputy & { who: string })[]);

  return {
    /** Whom these officers named; people as one has several pseudonyms, one a role. */
    listOf: (member: string, officers: readonly string[]): Deputy[] =>
      officers.flatMap((officer) => listOf(member, officer)).map(show),
    /** Who named these. */
    listFor: (member: string, deputies: readonly string[]): Deputy[] =>
      deputies.flatMap((deputy) => listFor(member, deputy)).map(show),
    /** Whom to tell of what these did, by the pseudonyms under which they sign in. */
    listTold: (member: string, officers: readonly string[]): string[] => [
      ...new Set(officers.flatMap((officer) => listOf(member, officer)).map(({ who }) => who)),
    ],
    /** @throws Problem `LIMIT_REACHED`. */
    assertRoom(member: string, officer: string, deputy: string): void {
      const named = listOf(member, officer);
      if (named.some((each) => each.deputy === deputy)) return;
      if (named.length >= MAX_DEPUTIES)
        throw new Problem('LIMIT_REACHED', `at most ${MAX_DEPUTIES} deputies of one`);
      if (listFor(member, deputy).length >= MAX_OFFICERS)
        throw new Problem('LIMIT_REACHED', `nobody is deputy of more than ${MAX_OFFICERS}`);
    },
    /** `who`: the pseudonym under which the deputy signs in. @throws Problem `LIMIT_REACHED`. */
    add({ member, officer, deputy }: Omit<Deputy, 'since'>, who: string): void {
      if (listOf(member, officer).some((each) => each.deputy === deputy)) return;
      insert.run(member, officer, deputy, who, now());
    },
    /** @throws Problem `NOT_FOUND`. */
    end(member: string, officer: string, deputy: string): void {
      if (remove.run(member, officer, deputy).changes === 0) throw new Problem('NOT_FOUND');
    },
  };
}

const show = ({ member, officer, deputy, since }: Deputy): Deputy => ({
  ...{ member, officer, deputy, since },
});
