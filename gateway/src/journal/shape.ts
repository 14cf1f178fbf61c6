/** The forms in which a journal's entries leave the gateway: written by its routes, read by its clients. */
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import { entryAnchor, entrySeal, type SealedEntry, toBase64url } from '@tabellion/proof';
import { z } from 'zod';
import { base64urlText } from '../http/schema.ts';

/** An entry in the hands of whom it is about, signed by the gateway. */
export const sealedEntry = z
  .strictObject({
    position: z.int().min(1).meta({ description: 'In the journal of the caller’s member' }),
    entry: base64urlText.meta({ description: 'Exact bytes of the journal entry' }),
    seal: entrySeal.meta({
      description: 'The gateway’s signature under the entries that were written together',
    }),
  })
  .meta({ id: 'SealedEntry' });

export const showSealed = ({
  entry,
  position,
  seal,
}: SealedEntry): z.infer<typeof sealedEntry> => ({
  position,
  entry: toBase64url(entry),
  seal,
});

/** That it stands under a journal record on the ledger, whose digest `batch` is. */
export const entryProof = z.strictObject({
  entry: base64urlText,
  batch: digestHex,
  ...entryAnchor.shape,
});
