import * as asn1js from 'asn1js';

export type DerElement = ReturnType<typeof asn1js.fromBER>['result'];

/** The one element that the bytes hold. @throws Error when they hold none, or anything behind it. */
export function decodeDer(der: Uint8Array<ArrayBuffer>): DerElement {
  const { offset, result } = asn1js.fromBER(der);
  if (offset !== der.length) throw new Error('not one element');
  return result;
}
