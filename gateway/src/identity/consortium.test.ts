import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { foundInput } from '@tabellion/chaincode/member/record';
import { describe, expect, it } from 'vitest';
import { foundingInput, loadConsortium } from './consortium.ts';
import { CONSORTIUM_FILE, makeTestDirectory } from './testing.ts';

const REFERENCE_FILE = join(dirname(CONSORTIUM_FILE), 'reference.yaml');
const TAXONOMY_FILE = join(dirname(CONSORTIUM_FILE), 'label-taxonomy.yaml');

/** The project's own files with the given changes, each of which must change something. */
async function loadChanged(changes: {
  consortium?: [string, string][];
  reference?: [string, string][];
}) {
  const directory = await makeTestDirectory();
  const copy = async (from: string, name: string, edits: [string, string][] = []) => {
    let text = await readFile(from, 'utf8');
    for (const [old, replacement] of edits) {
      expect(text).toContain(old);
      text = text.replace(old, replacement);
    }
    await writeFile(join(directory, name), text);
  };
  await copy(CONSORTIUM_FILE, 'consortium.yaml', changes.consortium);
  await copy(REFERENCE_FILE, 'reference.yaml', changes.reference);
  await copy(TAXONOMY_FILE, 'label-taxonomy.yaml');
  for (const folder of ['calendars', 'orders', 'treaties'])
    await cp(join(dirname(CONSORTIUM_FILE), folder), join(directory, folder), { recursive: true });
  return loadConsortium(join(directory, 'consortium.yaml'));
}

describe('the project’s consortium', () => {
  it('is three state agencies and an exchange, and can be founded as it stands', async () => {
    const consortium = await loadConsortium(CONSORTIUM_FILE);
    expect(consortium.members.map(({ jurisdiction, kind }) => `${jurisdiction} ${kind}`)).toEqual([
      'CN STATE',
      'SG STATE',
      'DE STATE',
      'SG EXCHANGE',
    ]);
    expect(foundInput.parse(foundingInput(consortium))).toEqual(foundingInput(consortium));
  });

  it('obliges each method to what the requirements say', async () => {
    const { reference } = await loadConsortium(CONSORTIUM_FILE);
    const methods = new Map(
      reference.flatMap((entry) =>
        entry.register === 'method' ? [[entry.id, entry.body] as const] : [],
      ),
    );
    expect(methods.get('remote-inspection')).toMatchObject({ obligations: ['RECORDING'] });
    expect(methods.get('online-extraction')).toMatchObject({
      obligations: ['RECORDING_OR_REASON'],
    });
    expect(methods.get('technical-investigation')).toMatchObject({ obligations: ['ORDER'] });
    expect(methods.get('crawl')).toMatchObject({ obligations: ['ACCESS_LIMITS_STATEMENT'] });
    expect(
      [...methods]
        .filter(([, { unilateral }]) => unilateral)
        .map(([id]) => id)
        .sort(),
    ).toEqual(['crawl', 'online-extraction', 'remote-inspection', 'technical-investigation']);
  });

  it('opens collection abroad only on treaties, orders and consent', async () => {
    const { reference } = await loadConsortium(CONSORTIUM_FILE);
    const opening = reference.flatMap((entry) =>
      entry.register === 'legalBasis' && entry.body.opens.some((way) => way !== 'DOMESTIC')
        ? [`${entry.id} ${entry.body.opens}`]
        : [],
    );
    expect(opening).toEqual([
      'covert-measure-clause DELAYED_NOTICE',
      'cn-icjal-25 TREATY',
      'eu-2023-1543-5 ORDER',
      'coe-185-31 TREATY',
      'coe-185-32b CONSENT',
    ]);
  });
});

describe('what orders rest on', () => {
  it('is in the founding: an agreement, a calendar of each state, and profiles that can be used', async () => {
    const { reference, members } = await loadConsortium(CONSORTIUM_FILE);
    const treaties = reference.filter(({ register }) => register === 'treaty');
    const states = members.filter(({ kind }) => kind === 'STATE').map((each) => each.jurisdiction);
    const calendars = reference.flatMap((entry) =>
      entry.register === 'calendar' ? [entry.body.jurisdiction] : [],
    );
    expect(calendars.toSorted()).toEqual(states.toSorted());
    const known = treaties.map(({ id }) => id);
    for (const entry of reference)
      if (entry.register === 'orderProfile' && entry.body.disabled === null)
        expect([null, ...known]).toContain(entry.body.treaty);
  });

  it('is refused with file and place where it is wrong, and where it stands twice', async () => {
    const twice: [string, string] = [
      '  - orders/mla.yaml',
      '  - orders/mla.yaml\n  - orders/mla.yaml',
    ];
    await expect(loadChanged({ consortium: [twice] })).rejects.toThrowError(
      /consortium\.yaml: orders: orderProfile mla version 1 is listed twice/,
    );
    const absent: [string, string] = ['orders/mla.yaml', 'orders/nowhere.yaml'];
    await expect(loadChanged({ consortium: [absent] })).rejects.toThrowError(
      /nowhere\.yaml: cannot be read/,
    );
    const other: [string, string] = ['orders/mla.yaml', 'reference.yaml'];
    await expect(loadChanged({ consortium: [other] })).rejects.toThrowError(/listed twice/);
  });
});

describe('a consortium file', () => {
  it.each<[string, [string, string], RegExp]>([
    [
      'an unknown key',
      ['channel: evidence', 'channel: evidence\nchanel: evidence'],
      /\(document\): .*chanel/,
    ],
    ['a missing key', ['chaincode: tabellion\n', ''], /chaincode: /],
    ['an unknown kind', ['kind: EXCHANGE', 'kind: BANK'], /members\[3\]\.kind: /],
    ['an unknown parameter', ['batchMaxItems:', 'batchMax:'], /parameters: .*batchMax/],
    [
      'a number with a point',
      ['voteThresholdBps: 6000', 'voteThresholdBps: 6000.0'],
      /parameters\.voteThresholdBps: must be a whole number/,
    ],
    [
      'a number in hexadecimal',
      ['timeWindowSeconds: 900', 'timeWindowSeconds: 0x384'],
      /parameters\.timeWindowSeconds: must be a whole number/,
    ],
    [
      'a number with a leading zero',
      ['timeWindowSeconds: 900', 'timeWindowSeconds: 0900'],
      /parameters\.timeWindowSeconds: /,
    ],
    [
      'an empty number',
      ['timeWindowSeconds: 900', 'timeWindowSeconds:'],
      /parameters\.timeWindowSeconds: /,
    ],
    [
      'a number out of range',
      ['voteThresholdBps: 6000', 'voteThresholdBps: 5000'],
      /parameters\.voteThresholdBps: /,
    ],
    [
      'a threshold of one',
      ['endorsementThreshold: 2', 'endorsementThreshold: 1'],
      /parameters\.endorsementThreshold: /,
    ],
    [
      'a threshold above the members',
      ['endorsementThreshold: 2', 'endorsementThreshold: 5'],
      /parameters\.endorsementThreshold: must be from 2 to 4/,
    ],
    [
      'a member twice',
      ['mspId: SgAgencyMSP', 'mspId: CnAgencyMSP'],
      /members\[1\]\.mspId: CnAgencyMSP is listed twice/,
    ],
    [
      'two state agencies of one jurisdiction',
      ['kind: EXCHANGE', 'kind: STATE'],
      /members\[3\]\.jurisdiction: SG has a state agency already/,
    ],
    [
      'the jurisdiction UNKNOWN',
      ['jurisdiction: DE', 'jurisdiction: UNKNOWN'],
      /members\[2\]\.jurisdiction: /,
    ],
    [
      'an unknown standard',
      ['iso-iec-27037, version: 1', 'iso-iec-27037, version: 2'],
      /members\[0\]\.adoptedStandards\[0\]: no standard iso-iec-27037 version 2/,
    ],
    [
      'an unknown founding basis',
      ['id: founding-agreement', 'id: nothing'],
      /founding\.legalBasis: no legalBasis nothing/,
    ],
    ['a key twice', ['channel: evidence', 'channel: evidence\nchannel: other'], /unique/i],
    [
      'an alias',
      [
        'name: Evidence Agency CN\n    jurisdiction: CN',
        'name: &x Evidence Agency CN\n    jurisdiction: *x',
      ],
      /alias/,
    ],
    ['no YAML', ['members:', 'members: ['], /consortium\.yaml: /],
    ['a channel that Fabric refuses', ['channel: evidence', 'channel: Evidence'], /channel: /],
  ])('with %s is refused by name', async (_name, change, message) => {
    const loading = loadChanged({ consortium: [change] });
    await expect(loading).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    await expect(loading).rejects.toThrowError(message);
  });

  it('without a state is refused', async () => {
    const loading = loadChanged({
      consortium: [1, 2, 3].map(() => ['kind: STATE', 'kind: PLATFORM']),
    });
    await expect(loading).rejects.toThrowError(/members: no member is a state/);
  });

  it('asks seven members for three endorsements: f + 1 of f = 2', async () => {
    const extra = ['P1', 'P2', 'P3']
      .map(
        (id) => `  - mspId: ${id}
    name: Platform ${id}
    jurisdiction: DE
    kind: PLATFORM
    acceptedOrders: []
    acceptedAuthorisations: []
    adoptedStandards: []
    schemaVersions: { evidence: [1], member: [1] }
`,
      )
      .join('');
    const seven = (threshold: number): [string, string][] => [
      ['parameters:', `${extra}parameters:`],
      ['endorsementThreshold: 2', `endorsementThreshold: ${threshold}`],
    ];
    await expect(loadChanged({ consortium: seven(2) })).rejects.toThrowError(/from 3 to 7/);
    expect((await loadChanged({ consortium: seven(3) })).members).toHaveLength(7);
  });

  it.each<[string, [string, string], RegExp]>([
    [
      'an unknown obligation',
      ['[RECORDING]', '[FILMING]'],
      /entries\[5\]\.body\.obligations\[0\]: /,
    ],
    [
      'an entry twice',
      ['id: voluntary-handover', 'id: device-imaging'],
      /entries\[1\]: method device-imaging version 1 is listed twice/,
    ],
    ['a version that is no number', ['version: 1', 'version: one'], /entries\[0\]\.version: /],
    [
      'a truth value that is none',
      ['unilateral: false', 'unilateral: no'],
      /entries\[0\]\.body\.unilateral: /,
    ],
    [
      'an unknown key',
      ['unilateral: false', 'unilateral: false\n      note: x'],
      /entries\[0\]\.body: .*note/,
    ],
  ])('whose reference data have %s is refused by name', async (_name, change, message) => {
    const loading = loadChanged({ reference: [change] });
    await expect(loading).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    await expect(loading).rejects.toThrowError(message);
    await expect(loading).rejects.toThrowError(/reference\.yaml: /);
  });

  it('that is missing, too long or no text is refused', async () => {
    const directory = await makeTestDirectory();
    const file = join(directory, 'x.yaml');
    await expect(loadConsortium(file)).rejects.toThrowError(/cannot be read \(ENOENT\)/);
    await writeFile(file, Buffer.from([0xff, 0xfe]));
    await expect(loadConsortium(file)).rejects.toThrowError(/not UTF-8/);
    await writeFile(file, ' '.repeat(1_048_577));
    await expect(loadConsortium(file)).rejects.toThrowError(/longer than/);
  });
});
