import { describe, expect, it } from 'vitest';
import { act, addressFreeText, jurisdiction, mspId, plainText, versionText } from './schema.ts';

describe('plainText', () => {
  const text = plainText(60);
  it.each([
    'Seizure under warrant 12/2026',
    'Regulation (EU) 2023/1543 as of 2026-08-18',
    'Durchsuchung in Köln',
    '现场勘验，依据第二十七条',
    'seized 2026-11-22 14:30, 12 drives',
    'from 2026-11-22 - 2026-11-23',
  ])('takes %s', (value) => {
    expect(text.safeParse(value).success).toBe(true);
  });
  it.each([
    ['an e-mail address', 'ask jane.doe@example.org'],
    ['a telephone number', 'call +49 170 1234567'],
    ['a number after a date', '2026-11-22 123 4567'],
    ['an account number', 'account 4111-1111-1111-1111'],
    ['a number with dots', 'call 170.123.45.67'],
    ['a number with hyphens of print', 'call 170‑123–4567'],
    ['a number with much between', 'call 170 - 123 · 4567'],
    ['a number with what is not seen between', 'call 170\u200b123\u20604567'],
    ['a number of another width', '电话１７０１２３４５６７'],
    ['a number of another script', '٠١٢٣٤٥٦٧٨'],
    ['an address of another width', 'jane＠example.org'],
    ['a number around a date', '123 2026-11-22 4567'],
    ['a number that ends like a date', 'call +49 170 2026-11-22'],
    ['a day that is none', '2026-19-42'],
    ['a line break', 'two\nlines'],
    ['a lone surrogate', 'x\ud800'],
    ['nothing', ''],
    ['too much', 'x'.repeat(61)],
  ])('refuses %s (O-1)', (_what, value) => {
    expect(text.safeParse(value).success).toBe(false);
  });
});

describe('addressFreeText', () => {
  const text = addressFreeText(200);
  it.each([
    'wallets of a ransom campaign, seen 2026-11-22',
    'Vermögensabschöpfung nach Telekommunikation',
    '现场勘验笔录所载钱包地址经区块链浏览器核对与交易所回函一致无误',
  ])('takes %s', (value) => {
    expect(text.safeParse(value).success).toBe(true);
  });
  it.each([
    '1BoatSLRHtKNngkdXEeobR76b53LETtpyT',
    'paid to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
    '0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B',
    'EQD_abc-Fg1_h2J-kL3mN4_oP5qR-sT6uV7_wX8yZ9aB-cD0',
    '１BoatSLRHtKNngkdXEeobR76b53LETtpyT',
    '1BoatSLRHtKN\u200bngkdXEeobR76b53LETtpyT',
  ])('refuses %s (O-1)', (value) => {
    expect(plainText(200).safeParse(value).success).toBe(true);
    expect(text.safeParse(value).success).toBe(false);
  });
});

describe('versionText', () => {
  const version = versionText(40);
  it.each([
    '20140813',
    '20140813-1+b1',
    '2014-08-13',
    '4.2',
    '10.0.19041.1',
  ])('takes %s', (value) => {
    expect(version.safeParse(value).success).toBe(true);
    expect(plainText(40).safeParse('20140813').success).toBe(false);
  });
  it.each([
    '20141313',
    '4111111111111111',
    '201408131',
    '2014 0813 44',
    'a@b',
  ])('refuses %s (O-1)', (value) => {
    expect(version.safeParse(value).success).toBe(false);
  });
});

it('UNKNOWN names no jurisdiction, so no member can have it', () => {
  expect(jurisdiction.safeParse('DE').success).toBe(true);
  expect(jurisdiction.safeParse('UNKNOWN').success).toBe(false);
});

it('an MSP ID cannot reach into another key', () => {
  expect(mspId.safeParse('A/B').success).toBe(false);
});

it('a person is a pseudonym: no name with blanks, no address', () => {
  expect(act.shape.person.safeParse('p-0011223344556677').success).toBe(true);
  expect(act.shape.person.safeParse('Jane Doe').success).toBe(false);
  expect(act.shape.person.safeParse('jane@example.org').success).toBe(false);
});
