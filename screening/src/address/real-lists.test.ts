/** Every address of the real lists, as it is written there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { normaliseAddress } from './normalise-address.ts';
import { isRefusal } from './refusal.ts';

const DATA = join(import.meta.dirname, '../../../../shared/data');
const isHere = existsSync(join(DATA, 'tagpacks'));
const where = isHere ? '' : ' (skipped: the real lists are not beside the project)';

function count(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) {
    const result = normaliseAddress(text);
    const outcome = isRefusal(result) ? result.code : result.burn ? 'burn' : result.form;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
const read = (file: string) => readFileSync(file, 'utf8');
const name = (file: string) => basename(file).replace(/^sanctioned_addresses_|\.[a-z]+$/g, '');

describe.skipIf(!isHere)(`real addresses${where}`, () => {
  it('of the OFAC lists', () => {
    const files = globSync(join(DATA, 'ofac/*.txt')).toSorted();
    const lists = files.map((file) => [name(file), count(read(file).trim().split('\n'))]);
    expect(Object.fromEntries(lists)).toMatchInlineSnapshot(`
      {
        "ARB": {
          "evm": 1,
        },
        "BCH": {
          "p2pkh": 7,
        },
        "BSC": {
          "evm": 1,
        },
        "BSV": {
          "p2pkh": 1,
        },
        "BTG": {
          "p2pkh": 1,
        },
        "DASH": {
          "p2pkh": 3,
        },
        "ETC": {
          "evm": 1,
        },
        "ETH": {
          "evm": 152,
        },
        "LTC": {
          "p2pkh": 9,
          "p2sh": 1,
        },
        "TRX": {
          "tron": 6,
        },
        "USDC": {
          "evm": 2,
        },
        "USDT": {
          "evm": 8,
          "p2pkh": 5,
          "p2sh": 2,
          "tron": 11,
        },
        "XBT": {
          "p2pkh": 196,
          "p2sh": 158,
          "p2wpkh": 72,
          "p2wsh": 8,
          "tron": 1,
        },
        "XMR": {
          "ADDRESS_FORM": 1,
          "monero": 1,
          "monero-subaddress": 1,
        },
        "XRP": {
          "xrp": 1,
        },
        "XVG": {
          "p2pkh": 1,
        },
        "ZEC": {
          "p2pkh": 3,
        },
      }
    `);
  });

  it('of the TagPacks, quotes taken off', () => {
    const files = globSync(join(DATA, 'tagpacks/*.yaml')).toSorted();
    const packs = files.map((file) => {
      const found = read(file).matchAll(/^[- ]*address: *(?:'([^']*)'|"([^"]*)"|(.*?))[ \t]*$/gm);
      return [name(file), count(Array.from(found, (match) => match[1] ?? match[2] ?? match[3]!))];
    });
    expect(Object.fromEntries(packs)).toMatchInlineSnapshot(`
      {
        "aft-alqaeda-forfeit_vc": {
          "p2pkh": 74,
          "p2sh": 79,
          "p2wpkh": 2,
        },
        "blender_io": {
          "p2pkh": 1,
          "p2sh": 44,
        },
        "etherscamdb_tagpack": {
          "ADDRESS_CHECKSUM": 1,
          "evm": 2793,
          "p2pkh": 264,
          "p2sh": 58,
          "p2wpkh": 1,
        },
        "exchange-wallets-binance": {
          "bnb": 25,
          "evm": 48,
          "p2sh": 3,
          "p2wpkh": 1,
          "tron": 9,
        },
        "hacks": {
          "p2pkh": 552,
          "p2sh": 56,
        },
        "hydra": {
          "p2pkh": 64,
          "p2sh": 44,
          "p2wpkh": 8,
          "p2wsh": 1,
        },
        "mixing_fc2021": {
          "p2pkh": 31,
          "p2sh": 27,
          "p2wpkh": 8,
        },
        "ofac": {
          "ADDRESS_FORM": 3,
          "evm": 150,
          "p2pkh": 218,
          "p2sh": 159,
          "p2wpkh": 26,
          "p2wsh": 8,
          "tron": 7,
          "xrp": 1,
        },
        "ponzi_scheme": {
          "p2pkh": 52,
        },
        "ransomwhere": {
          "p2pkh": 7340,
          "p2sh": 46,
          "p2wpkh": 71,
        },
        "sextortion_talos": {
          "p2pkh": 58600,
        },
        "tornado_cash": {
          "ADDRESS_CHARACTERS": 1,
          "evm": 38,
        },
        "usdt_blacklist": {
          "burn": 14,
          "evm": 760,
        },
        "walletexplorer": {
          "p2pkh": 362,
          "p2sh": 23,
          "p2wpkh": 1,
        },
      }
    `);
  });
});
