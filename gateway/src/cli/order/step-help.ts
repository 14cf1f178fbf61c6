/** Said without the schemas, which a test holds it to: help is shown before they are loaded. */
export const STEP_HELP = `
Verbs, who takes them, and what --input says (JSON or YAML; [in brackets] what may be left out):
  validate           issuer
  serve              issuer      channel [proof]
  receive            addressee, issuer  [receivedAt] [proof]
  takeNotice         enforcing, issuer  [receivedAt] [proof]
  clear              enforcing, addressee, issuer  gate legalBasis
  object             enforcing   ground extent (WHOLE, PART or CONDITIONS) legalBasis
  reportDefect       addressee   defect (INCOMPLETE, MANIFEST_ERROR or TOO_LITTLE) preserved (true or false)
  clarify            issuer, enforcing  with new --addressee and --enforcing, where the issuer corrects it
  reportImpossible   addressee
  refuse             addressee   ground legalBasis
  accept             issuer
  maintain           issuer      [deadline] (clock, due)
  raiseConflict      addressee   law legalBasis
  decideConflict     issuer      outcome (UPHELD or LIFTED) legalBasis
  execute            addressee   extent (WHOLE or PART) acquisitions (ids of what it yielded, [] for none)
  deliver            addressee   extent (WHOLE or PART) acquisitions
  extend             issuer      legalBasis
  confirmProduction  issuer      production (the order or letter that asks for the data)
  release            issuer
  forfeit            issuer      legalBasis
  withdraw           issuer
  enforce            issuer      legalBasis
  recognise          enforcing   legalBasis
  denyRecognition    enforcing   ground legalBasis
  ask                enforcing
  reply              issuer
  markOverdue        issuer, addressee, enforcing  clock
  close              issuer

A legal basis is {"id": "de-stpo-94", "version": 1}. Gates are shown by order show, grounds by member reference
orderProfile --json. Times are RFC 3339 with zone; received is now unless it is said.
`;
