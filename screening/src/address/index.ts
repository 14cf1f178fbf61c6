export { type AddressForm, FAMILY, type Family } from './form.ts';
export { findNetworks, NETWORKS, type Network, networkOf } from './networks.ts';
export { type NormalisedAddress, normaliseAddress } from './normalise-address.ts';
export {
  ADDRESS_ERROR_CODES,
  type AddressErrorCode,
  type AddressRefusal,
  isRefusal,
} from './refusal.ts';
export { RESERVED_VERDICTS, type ReservedVerdict } from './reserved.ts';
export { writeAddress, writeReserved } from './write-address.ts';
