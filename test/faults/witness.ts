/** Blocks of a gateway, as an auditor gets them over HTTP. */
import { fromBase64url } from '@tabellion/proof';
import type { Witness } from '../fabric/faults/ledger-check.ts';
import { callGateway, type Gateway } from '../fabric/faults/load.ts';

const PAGE = 1000;

export function createWitness(gateway: Gateway, chaincode: string): Witness {
  const ask = async (from: number, limit: number) => {
    const response = await callGateway(gateway, `/v1/ledger/blocks?from=${from}&limit=${limit}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    const lines = text.split('\n').slice(0, -1);
    const blocks = lines.map((line) =>
      fromBase64url((JSON.parse(line) as { block: string }).block),
    );
    return { height: Number(response.headers.get('tabellion-height')), blocks };
  };
  return {
    chaincode,
    height: async () => (await ask(0, 1)).height,
    async *blocks(from, { signal } = {}) {
      for (let next = from; !signal?.aborted; ) {
        const { blocks } = await ask(next, PAGE);
        next += blocks.length;
        for (const block of blocks) {
          if (signal?.aborted) return;
          yield block;
        }
      }
    },
  };
}
