/** How help tells of it wherever somebody is named by a digest. */
export const PERSON =
  'file of `tabellion person make`, or its salted digest: the name stays with you';
