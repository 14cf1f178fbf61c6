/** The real lists, read in place: what is taken, derived, merged and refused of each, line by line. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry } from './entry.ts';
import { readOfac } from './ofac.ts';
import { readTagPack } from './tagpack-read.ts';
import { writeTagPack } from './tagpack-write.ts';
import { collect, factsOf, gather, OPTIONS, tally, taxonomy } from './testing.ts';

const DATA = join(import.meta.dirname, '../../../../../shared/data');
const isHere = existsSync(join(DATA, 'tagpacks'));
const where = isHere ? '' : ' (skipped: the real lists are not beside the project)';

const list = (pattern: string) => globSync(join(DATA, pattern)).toSorted();
const name = (file: string) => basename(file).replace(/^sanctioned_addresses_|\.[a-z]+$/g, '');
const refused = (entries: readonly Entry[]) => entries.filter((entry) => !('facts' in entry));

describe.skipIf(!isHere)(`the real TagPacks${where}`, async () => {
  const packs = new Map<string, Entry[]>();
  if (isHere) {
    for (const file of list('tagpacks/*.yaml')) {
      packs.set(name(file), await collect(readTagPack([readFileSync(file)], OPTIONS)));
    }
  }

  it('are 72,074 tags', () => {
    expect(packs.size).toBe(14);
    expect([...packs.values()].flat()).toHaveLength(72_074);
  });

  it('come to so many labels', () => {
    const tallies = Array.from(packs, ([pack, entries]) => [pack, tally(entries)]);
    expect(Object.fromEntries(tallies)).toMatchInlineSnapshot(`
      {
        "aft-alqaeda-forfeit_vc": {
          "accepted": 155,
          "derived": 155,
        },
        "blender_io": {
          "accepted": 45,
          "derived": 45,
        },
        "etherscamdb_tagpack": {
          "ADDRESS_CHECKSUM": 1,
          "FIELD_INVALID": 1,
          "accepted": 3115,
          "derived": 3115,
        },
        "exchange-wallets-binance": {
          "accepted": 86,
          "derived": 86,
        },
        "hacks": {
          "CATEGORY_MISSING": 5,
          "accepted": 603,
          "derived": 603,
        },
        "hydra": {
          "accepted": 117,
          "derived": 117,
        },
        "mixing_fc2021": {
          "accepted": 66,
          "derived": 66,
        },
        "ofac": {
          "ADDRESS_FORM": 3,
          "ADDRESS_NETWORK": 1,
          "accepted": 568,
          "derived": 568,
        },
        "ponzi_scheme": {
          "accepted": 52,
          "derived": 52,
        },
        "ransomwhere": {
          "accepted": 7457,
          "derived": 7457,
        },
        "sextortion_talos": {
          "accepted": 58600,
          "derived": 58600,
        },
        "tornado_cash": {
          "accepted": 38,
          "derived": 38,
          "merged": 1,
        },
        "usdt_blacklist": {
          "accepted": 774,
          "burn": 14,
          "derived": 774,
        },
        "walletexplorer": {
          "accepted": 386,
          "derived": 386,
        },
      }
    `);
  });

  it('are refused or merged at these lines', () => {
    const lines = Array.from(packs, ([pack, entries]) => [pack, refused(entries)] as const);
    expect(Object.fromEntries(lines.filter(([, all]) => all.length > 0))).toMatchInlineSnapshot(`
      {
        "etherscamdb_tagpack": [
          {
            "detail": "label: Too big: expected string to have <=160 characters",
            "line": 10041,
            "refused": "FIELD_INVALID",
          },
          {
            "detail": "the base58 checksum does not match",
            "line": 15521,
            "refused": "ADDRESS_CHECKSUM",
          },
        ],
        "hacks": [
          {
            "detail": "no category is given",
            "line": 108,
            "refused": "CATEGORY_MISSING",
          },
          {
            "detail": "no category is given",
            "line": 306,
            "refused": "CATEGORY_MISSING",
          },
          {
            "detail": "no category is given",
            "line": 313,
            "refused": "CATEGORY_MISSING",
          },
          {
            "detail": "no category is given",
            "line": 320,
            "refused": "CATEGORY_MISSING",
          },
          {
            "detail": "no category is given",
            "line": 327,
            "refused": "CATEGORY_MISSING",
          },
        ],
        "ofac": [
          {
            "detail": "no address form known here",
            "line": 571,
            "refused": "ADDRESS_FORM",
          },
          {
            "detail": "no address form known here",
            "line": 801,
            "refused": "ADDRESS_FORM",
          },
          {
            "detail": "no address form known here",
            "line": 803,
            "refused": "ADDRESS_FORM",
          },
          {
            "detail": "a tron address of this kind is none of Bitcoin",
            "line": 1069,
            "refused": "ADDRESS_NETWORK",
          },
        ],
        "tornado_cash": [
          {
            "line": 51,
            "merged": 18,
          },
        ],
      }
    `);
  });

  it('say what was derived', () => {
    const counts: Record<string, number> = {};
    for (const entry of [...packs.values()].flat()) {
      for (const note of 'facts' in entry ? entry.derived : [])
        counts[note] = (counts[note] ?? 0) + 1;
    }
    expect(counts).toMatchInlineSnapshot(`
      {
        "address: written in canonical form": 1156,
        "category: blacklisted for black_list": 774,
        "category: mixer for mixing_service": 186,
        "left out: context, is_cluster_definer": 774,
        "left out: is_cluster_definer": 1031,
        "network: bip122:000000000000000000651ef99cb9fcbe from currency BCH": 9,
        "network: bip122:000000000000000001d956714215d96f from currency BSV": 1,
        "network: bip122:000000000019d6689c085ae165831e93 from currency BTC": 68173,
        "network: bip122:000000000019d6689c085ae165831e93 from currency USDT, by the form": 3,
        "network: bip122:00000fc63692467faeb20cdb3b53200d from currency XVG": 1,
        "network: bip122:00000ffd590b1485b3caadc19b22e637 from currency DASH": 3,
        "network: bip122:00040fe8ec8471911baa1db1266ea15d from currency ZEC": 5,
        "network: bip122:12a765e31ffd4059bada1e25190f6e98 from currency LTC": 23,
        "network: bip122:bitcoin-gold from currency BTG": 1,
        "network: cosmos:Binance-Chain-Tigris from currency BEP2": 25,
        "network: eip155:1 from currency ETH": 3783,
        "network: eip155:1 from currency USDT, by the form": 3,
        "network: eip155:56 from currency BEP20": 16,
        "network: tron:0x2b6653dc from currency TRX": 12,
        "network: tron:0x2b6653dc from currency USDT, by the form": 3,
        "network: xrpl:0 from currency XRP": 1,
        "provenance: unknown, none being given": 3683,
      }
    `);
  });

  it('come back from what we write of them', async () => {
    for (const pack of ['walletexplorer', 'ofac', 'usdt_blacklist', 'exchange-wallets-binance']) {
      const labels = factsOf(packs.get(pack)!.filter((entry) => 'facts' in entry));
      const options = { title: pack, creator: 'test', taxonomy };
      const bytes = await gather(writeTagPack(labels, options));
      expect(factsOf(await collect(readTagPack([bytes], OPTIONS)))).toEqual(labels);
    }
  });
});

describe.skipIf(!isHere)(`the real OFAC lists${where}`, () => {
  it('come to so many labels', async () => {
    const lists: Record<string, unknown> = {};
    for (const file of list('ofac/*.txt')) {
      const asset = name(file);
      const entries = await collect(readOfac([readFileSync(file)], asset, OPTIONS));
      lists[asset] = { ...tally(entries), lines: refused(entries) };
    }
    expect(lists).toMatchInlineSnapshot(`
      {
        "ARB": {
          "accepted": 1,
          "derived": 1,
          "lines": [],
        },
        "BCH": {
          "accepted": 7,
          "derived": 7,
          "lines": [],
        },
        "BSC": {
          "accepted": 1,
          "derived": 1,
          "lines": [],
        },
        "BSV": {
          "accepted": 1,
          "derived": 1,
          "lines": [],
        },
        "BTG": {
          "accepted": 1,
          "derived": 1,
          "lines": [],
        },
        "DASH": {
          "accepted": 3,
          "derived": 3,
          "lines": [],
        },
        "ETC": {
          "accepted": 1,
          "derived": 1,
          "lines": [],
        },
        "ETH": {
          "accepted": 152,
          "derived": 152,
          "lines": [],
        },
        "LTC": {
          "accepted": 10,
          "derived": 10,
          "lines": [],
        },
        "TRX": {
          "accepted": 6,
          "derived": 6,
          "lines": [],
        },
        "USDC": {
          "accepted": 2,
          "derived": 2,
          "lines": [],
        },
        "USDT": {
          "accepted": 26,
          "derived": 26,
          "lines": [],
        },
        "XBT": {
          "ADDRESS_NETWORK": 1,
          "accepted": 434,
          "derived": 434,
          "lines": [
            {
              "detail": "a tron address of this kind is none of Bitcoin",
              "line": 355,
              "refused": "ADDRESS_NETWORK",
            },
          ],
        },
        "XMR": {
          "ADDRESS_FORM": 1,
          "accepted": 2,
          "derived": 2,
          "lines": [
            {
              "detail": "no address form known here",
              "line": 2,
              "refused": "ADDRESS_FORM",
            },
          ],
        },
        "XRP": {
          "accepted": 1,
          "derived": 1,
          "lines": [],
        },
        "XVG": {
          "accepted": 1,
          "derived": 1,
          "lines": [],
        },
        "ZEC": {
          "accepted": 3,
          "derived": 3,
          "lines": [],
        },
      }
    `);
  });
});
