/** Why a text is not taken as an address. Nothing is mended on the way: a refused text stays refused. */
export const ADDRESS_ERROR_CODES = [
  /** A letter that the form does not have: blank, look-alike, zero width; `detail` names the code point. */
  'ADDRESS_CHARACTERS',
  /** The letters contradict their own checksum: mistyped, cut off, or put together. */
  'ADDRESS_CHECKSUM',
  /** No address form known here. */
  'ADDRESS_FORM',
  /** An address, but not one of the network named beside it. */
  'ADDRESS_NETWORK',
  /** Recognised, and not one that can be labelled or screened; `detail` says why. */
  'ADDRESS_UNSUPPORTED',
] as const;
export type AddressErrorCode = (typeof ADDRESS_ERROR_CODES)[number];

export interface AddressRefusal {
  readonly code: AddressErrorCode;
  /** Never holds the text itself: what is pasted by mistake may be a secret. */
  readonly detail: string;
}

export const refuse = (code: AddressErrorCode, detail: string): AddressRefusal => ({
  code,
  detail,
});

export const isRefusal = (result: object): result is AddressRefusal => 'code' in result;

/** The letter at `place` (from 0) by its code point: a look-alike would not be told apart by eye. */
export function refuseCharacter(text: string, place: number, why: string): AddressRefusal {
  const point = text.codePointAt(place)!.toString(16).toUpperCase().padStart(4, '0');
  return refuse('ADDRESS_CHARACTERS', `U+${point} at place ${place + 1} ${why}`);
}
