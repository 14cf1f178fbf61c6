/**
 * Object identifier of the critical extension in the root certificates of an embedded ledger: they
 * vouch for one operator on one machine, never for a network. Unique without registration: a random
 * UUID cut into arcs under the arc that Microsoft keeps for that purpose. (The shorter form, 2.25 and
 * the UUID as one 128-bit arc, does not survive the X.509 libraries in use: they write `2.25` alone.)
 */
export const EMBEDDED_MARKER_OID =
  '1.2.840.113556.1.8000.2554.34180.17909.31823.17190.40481.583098.1527018';
