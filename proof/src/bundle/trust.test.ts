import { beforeAll, describe, expect, it } from 'vitest';
import {
  createConsortium,
  type TestConsortium,
  trustBytes,
} from '../../test-support/consortium.ts';
import { concatBytes, utf8 } from '../bytes/encoding.ts';
import type { Trust } from './record.ts';
import { openMembers, parseTrust, type TrustErrorCode } from './trust.ts';

let consortium: TestConsortium;
let trust: Trust;

beforeAll(async () => {
  consortium = await createConsortium('embedded');
  trust = consortium.trust;
});

const refused = (code: TrustErrorCode) => expect.objectContaining({ name: 'TrustError', code });

describe('parseTrust', () => {
  it('reads what was written, blanks or not', () => {
    expect(parseTrust(trustBytes(trust))).toEqual(trust);
    expect(parseTrust(utf8(JSON.stringify(trust, null, 2)))).toEqual(trust);
    expect([...openMembers(trust).keys()]).toEqual(trust.members.map(({ mspId }) => mspId));
  });

  it('tells a newer format before anything else', () => {
    const bytes = utf8('{"type":"tabellion.trust","v":2,"anything":{}}');
    expect(() => parseTrust(bytes)).toThrow(refused('UNSUPPORTED_VERSION'));
  });

  it('refuses what is incomplete, doubled or more than it should be', () => {
    const [member] = trust.members;
    const wrong: [string, Uint8Array][] = [
      ['empty', new Uint8Array()],
      ['no JSON', utf8('trust me')],
      ['a repeated key', concatBytes(trustBytes(trust).slice(0, -1), utf8(',"v":1}'))],
      ['no members', trustBytes({ ...trust, members: [] })],
      ['a member twice', trustBytes({ ...trust, members: [member!, member!] })],
      ['no definitions', trustBytes({ ...trust, definitions: [] })],
      ['another ledger', trustBytes({ ...trust, ledger: 'paper' } as unknown as Trust)],
      ['an unknown field', trustBytes({ ...trust, extra: 1 } as Trust)],
      ['no threshold', trustBytes({ ...trust, endorsementThreshold: 0 })],
    ];
    for (const [, bytes] of wrong) {
      expect(() => parseTrust(bytes)).toThrow(refused('TRUST_MALFORMED'));
    }
  });
});
