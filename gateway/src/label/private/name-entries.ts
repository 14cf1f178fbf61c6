/** What the addresses of a table are filed under. */
import { type EntryName, evaluateKnown, type OprfKey } from '@tabellion/screening';
import { nameOf, openOutputs } from './known-outputs.ts';

/** Addresses of one share. */
export interface Share {
  readonly share: number;
  readonly keys: readonly Uint8Array[];
}

/** The names of each share’s addresses, in their order. */
export type NameAll = (shares: readonly Share[]) => Promise<readonly (readonly EntryName[])[]>;

const EVALUATED_AT_ONCE = 250;

export const nameByAddress: NameAll = async (shares) =>
  shares.map(({ keys }) => keys.map((addressKey) => ({ addressKey })));

/**
 * By the outputs of a key; only what no earlier table held is evaluated.
 * @param directory of what these made known.
 */
export async function createNaming(key: OprfKey, directory: string): Promise<NameAll> {
  const { id: keyId } = key.document;
  const kept = await openOutputs(directory, key);

  const evaluateAll = async (addressKeys: readonly Uint8Array[]) => {
    const outputs = new Map<string, Uint8Array>();
    for (let from = 0; from < addressKeys.length; from += EVALUATED_AT_ONCE) {
      const part = addressKeys.slice(from, from + EVALUATED_AT_ONCE);
      for (const { addressKey, output } of await evaluateKnown(part, key))
        outputs.set(nameOf(addressKey), output);
    }
    return outputs;
  };

  return async (shares) => {
    const recalled = await Promise.all(
      shares.map(async ({ share, keys }) => {
        const known = await kept.read(share);
        const named = keys.map((addressKey) => ({ addressKey, name: nameOf(addressKey) }));
        return { share, known, named, missing: named.filter(({ name }) => !known.has(name)) };
      }),
    );
    const missing = recalled.flatMap((each) => each.missing.map(({ addressKey }) => addressKey));
    const evaluated = await evaluateAll(missing);
    return Promise.all(
      recalled.map(async ({ share, known, named, missing }) => {
        const outputs = new Map(
          named.map(({ name }) => [name, known.get(name) ?? evaluated.get(name)!]),
        );
        if (missing.length > 0) await kept.write(share, outputs);
        return named.map(({ addressKey, name }) => ({
          ...{ addressKey, keyId, output: outputs.get(name)! },
        }));
      }),
    );
  };
}
