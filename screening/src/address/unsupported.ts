/** Addresses that are recognised and cannot be screened, with the reason. */
import { type AddressRefusal, refuse } from './refusal.ts';

const SHIELDED =
  'a shielded Zcash address does not appear on the chain: give the t-address, if any';

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^(zs|ztestsapling)1[0-9a-z]{70,}$/i, SHIELDED],
  [/^z[ct][1-9A-HJ-NP-Za-km-z]{93}$/, SHIELDED],
  [/^u(test)?1[0-9a-z]{60,}$/i, `a unified address holds several: ${SHIELDED}`],
  [/^tex(test)?1[0-9a-z]{30,}$/i, 'a TEX address of Zcash: give the t-address that it stands for'],
  [/^(ltc|tltc)mweb1[0-9a-z]{60,}$/i, 'a MimbleWimble address does not appear on the chain'],
  [/^t?sp1[0-9a-z]{60,}$/i, 'a silent-payment address never appears on the chain (BIP-352)'],
  [/^PM8T[1-9A-HJ-NP-Za-km-z]{100,}$/, 'a payment code never appears on the chain (BIP-47)'],
  [/^ln(bc|tb)[0-9a-z]{50,}$/i, 'a Lightning invoice is no address'],
  [/^(simpleledger|slptest):/i, 'give the CashAddr that the SLP address stands for'],
  [/^(ecash|ectest):/i, 'eCash is not among the networks known here'],
  [/^(addr|stake)(_test)?1[0-9a-z]{50,}$/i, 'Cardano is not among the networks known here'],
  [/^G[A-Z2-7]{55}$/, 'Stellar is not among the networks known here'],
  [/^[EU]Q[-_A-Za-z0-9]{46}$/, 'TON is not among the networks known here'],
];

export function findUnsupported(text: string): AddressRefusal | undefined {
  const found = KNOWN.find(([pattern]) => pattern.test(text));
  return found && refuse('ADDRESS_UNSUPPORTED', found[1]);
}
