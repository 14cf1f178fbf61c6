/** What is to be known of a clock's end beside its instant. */
export const describeEnd = ({
  overdue,
  provisional,
}: {
  readonly overdue: boolean;
  readonly provisional?: true | undefined;
}): string => {
  if (overdue) return 'marked overdue';
  return provisional ? 'provisional: the calendar ends before it' : '';
};
