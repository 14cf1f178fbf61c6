/**
 * For the tests of this part: a whole gateway on a real embedded consortium in a directory that goes
 * away, with tokens from a small issuer of its own.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AcquireInput, BatchRecord } from '@tabellion/chaincode/evidence/record';
import type { Role } from '@tabellion/chaincode/member/record';
import {
  buildTree,
  canonicalBytes,
  concatBytes,
  fromBase64url,
  leafHash,
  sha256,
  toBase64url,
  toHex,
  utf8,
} from '@tabellion/proof';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { openDisclosures } from '../disclosure/disclosures.ts';
import { openAnchoring } from '../evidence/anchoring.ts';
import { Attestations } from '../evidence/attestations.ts';
import { createLedgerReader } from '../evidence/ledger-reader.ts';
import { openManifests } from '../evidence/member-manifests.ts';
import { createProofs } from '../evidence/proof.ts';
import { draftAcquisition } from '../evidence/testing.ts';
import { loadConsortium } from '../identity/consortium.ts';
import { GatewayEnrolment } from '../identity/enrol.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../identity/key.ts';
import { createTokenVerifier } from '../identity/token.ts';
import { createJournal } from '../journal/journal.ts';
import { openJournalStore } from '../journal/store.ts';
import { type LabelsOptions, openLabels } from '../label/labels.ts';
import {
  openPrivateScreening,
  type PrivateScreeningOptions,
} from '../label/private/private-screening.ts';
import type { Signer } from '../ledger/act.ts';
import { openConsortiumLedger } from '../node/consortium-ledger.ts';
import { openWatching, type WatchingParts } from '../node/open-watching.ts';
import { createPendingRevocations } from '../node/pending-revocations.ts';
import { createLedgerTrust } from '../node/trust.ts';
import { createEvidenceView } from '../projection/evidence-view.ts';
import { startProjection } from '../projection/projection.ts';
import { createGateway } from './app.ts';
import type { GatewayDeps } from './deps.ts';
import type { AnyEndpoint } from './endpoint.ts';
import type { GatewayLimits } from './limits.ts';

const CONSORTIUM = fileURLToPath(new URL('../../../node-config/consortium.yaml', import.meta.url));
const AUDIENCE = 'https://gateway.test';

export const CN = 'CnAgencyMSP';
export const SG = 'SgAgencyMSP';
export const DE = 'DeAgencyMSP';

/** A founded consortium; a gateway can be started on it more than once. */
export async function openTestConsortium(now: () => number = Date.now) {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-http-'));
  const consortium = await loadConsortium(CONSORTIUM);
  const network = await openConsortiumLedger(directory, consortium, now);
  const members = consortium.members.map(({ mspId }) => mspId);
  const issuer = await startIssuer(members);
  return {
    ...network,
    consortium,
    directory,
    members,
    issuer,
    async close() {
      await network.ledger.close();
      await issuer.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
export type TestConsortium = Awaited<ReturnType<typeof openTestConsortium>>;

/** Signs tokens as an OIDC issuer does and serves its keys. */
async function startIssuer(members: readonly string[]) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    tokens: createTokenVerifier([
      {
        name: 'test',
        issuer: address,
        jwksUri: `${address}/jwks`,
        audience: AUDIENCE,
        members,
      },
    ]),
    sign(member: string, role: Role, subject: string, expires = '10m') {
      return new SignJWT({ member, role, client_id: role === 'system' ? subject : 'cli' })
        .setProtectedHeader({ alg: 'ES256', kid: 'test', typ: 'at+jwt' })
        .setIssuer(address)
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(privateKey);
    },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export interface TestCall {
  readonly token?: string;
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestPerson {
  readonly token: string;
  readonly signer: Signer;
}

/** `name` is the directory of its own state: the same name again is a restart. */
export async function startTestGateway(
  { directory: root, members, ledger, issuer, ...network }: TestConsortium,
  {
    limits = {},
    now = Date.now,
    name = 'gateway',
    change = {},
    gateways,
    sending,
    privately = {},
  }: {
    limits?: Partial<GatewayLimits>;
    now?: () => number;
    name?: string;
    /** Replaces parts. */
    change?: Partial<GatewayDeps>;
    /** Where label manifests are fetched from, and how it asks. */
    gateways?: Omit<NonNullable<LabelsOptions['gateways']>, 'ledger'>;
    /** How webhooks are sent. */
    sending?: WatchingParts['sending'];
    /** Times and quotas of asking privately. */
    privately?: Partial<PrivateScreeningOptions>;
  } = {},
) {
  const directory = join(root, name);
  await mkdir(directory, { recursive: true });
  const logger = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const projection = await startProjection({
    file: join(directory, 'projection.sqlite'),
    ledger,
    logger,
  });
  const evidence = createEvidenceView(projection.database);
  const manifests = await openManifests({
    directory: join(directory, 'manifests'),
    members,
    batchOf: evidence.batchOf,
  });
  const journalStore = openJournalStore(join(directory, 'journal.sqlite'));
  const journal = createJournal(journalStore, {
    now,
    sealerOf: (member) => network.serviceSigners.get(member),
  });
  const enrolment = new GatewayEnrolment({
    file: join(directory, 'enrolment.sqlite'),
    authorities: network.authorities,
    publishMsp: network.publishMsp,
    now,
  });
  const anchoring = await openAnchoring({
    directory: join(directory, 'spool'),
    portsOf: (member) => {
      const signer = network.serviceSigners.get(member);
      if (signer === undefined) return undefined;
      const reader = createLedgerReader(ledger, signer);
      return { act: ledger, signer, reader, target: ledger };
    },
    manifestsOf: manifests.of,
    now,
  });
  const trusted = createLedgerTrust({ consortium: network.consortium.name, ledger, projection });
  const trust = trusted.describe;
  const proofs = createProofs({
    attestations: new Attestations({
      directory: join(directory, 'attestations'),
      ledger,
      signer: network.serviceSigners.get(CN)!,
    }),
    manifestsOf: manifests.of,
    trust,
    now,
  });
  const labels = await openLabels({
    directory: join(directory, 'labels'),
    projection,
    ...(gateways && { gateways: { ...gateways, ledger } }),
    logger,
    now,
  });
  const privateScreening = await openPrivateScreening({
    directory: join(directory, 'private-screening'),
    ...{ labels, logger, now, signer: network.serviceSigners.get(CN)! },
    height: () => projection.height,
    ...privately,
  });
  const watching = new AsyncDisposableStack();
  const { watches, webhooks } = openWatching(
    {
      ...{ own: directory, members, labels, projection, enrolment, logger, now },
      guard: { loopback: true },
      ...(sending && { sending }),
    },
    watching,
  );
  const disclosures = openDisclosures({
    directory: join(directory, 'disclosure'),
    ledger,
    projection,
    manifests,
    serviceSigners: network.serviceSigners,
    signer: network.serviceSigners.get(CN)!,
    now,
  });
  const deps: GatewayDeps = {
    ledger,
    tokens: issuer.tokens,
    enrolment,
    projection,
    journal,
    manifests,
    anchoring,
    proofs,
    disclosures,
    labels,
    watches,
    webhooks,
    privateScreening,
    serviceSigners: network.serviceSigners,
    trust,
    pendingRevocations: createPendingRevocations(network.authorities, projection),
    operator: CN,
    directory,
    logger,
    now,
    ...change,
  };
  const gateway = createGateway(deps, limits);
  await projection.catchUp(AbortSignal.timeout(30_000));
  const server = await gateway.listen({ host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const request = (method: string, path: string, { token, body, raw, headers }: TestCall = {}) =>
    fetch(base + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(raw !== undefined && { body: raw }),
    });

  const call = async (method: string, path: string, options: TestCall = {}) => {
    const response = await request(method, path, options);
    const text = await response.text();
    assertDescribed(gateway.endpoints, method, path, response, text);
    const isJson = /[/+]json$/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
      json: (isJson ? JSON.parse(text) : undefined) as any,
    };
  };

  const enrolPerson = async (member: string, role: Role, subject: string): Promise<TestPerson> => {
    const token = await issuer.sign(member, role, subject);
    const key = generatePrivateKey();
    const csr = await createCsr(key);
    const { json } = await call('POST', '/v1/member/enrol', { token, body: { csr } });
    return { token, signer: signerFromPem(member, json.certificate, key) };
  };

  /** The whole act as a CLI does it; returns the last answer. */
  const act = async (
    { token, signer }: TestPerson,
    path: string,
    input: unknown,
    transient?: Record<string, string>,
    endorsers?: readonly string[],
  ) => {
    const prepared = await call('POST', `/v1/${path}`, {
      token,
      body: { input, transient, certificate: signer.certificate },
    });
    if (prepared.status !== 202) return prepared;
    const sign = async (text: string) => toBase64url(await signer.sign(fromBase64url(text)));
    const { proposal } = prepared.json;
    const endorsed = await call('POST', '/v1/acts/endorse', {
      token,
      body: { proposal, signature: await sign(proposal), ...(endorsers && { endorsers }) },
    });
    if (endorsed.status !== 200) return endorsed;
    const { payload } = endorsed.json;
    return call('POST', '/v1/acts/submit', {
      token,
      body: { payload, signature: await sign(payload) },
    });
  };

  return {
    base,
    deps,
    gateway,
    journalStore,
    request,
    call,
    act,
    enrolPerson,
    signIn: issuer.sign,
    async close() {
      await gateway.close();
      await anchoring.close();
      await privateScreening.close();
      await watching.disposeAsync();
      await labels.close();
      await manifests.close();
      await journal.close();
      enrolment.close();
      await projection.close();
    },
  };
}

/** What is answered is what the OpenAPI document says: every test of a route checks it. */
function assertDescribed(
  endpoints: readonly AnyEndpoint[],
  method: string,
  path: string,
  { status, headers }: Response,
  text: string,
): void {
  if (status >= 300) return;
  const [pathname = ''] = path.split('?');
  const endpoint = endpoints.find(
    (candidate) =>
      candidate.method === method.toLowerCase() &&
      new RegExp(`^${candidate.path.replaceAll(/:\\w+/g, '[^/]+')}$`).test(pathname),
  );
  if (!endpoint) return;
  const answer = endpoint.answers[status];
  if (!answer) throw new Error(`${endpoint.id}: ${status} is not described`);
  const type = headers.get('content-type')?.split(';')[0];
  if (type && type !== (answer.mediaType ?? 'application/json'))
    throw new Error(`${endpoint.id}: ${type} is not described`);
  if (type === 'application/json') answer.schema?.parse(JSON.parse(text));
}
export type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

export const newId = (bytes = 16) => randomBytes(bytes).toString('hex');

/** A domestic collection by one of CN's investigators; `change` replaces fields. */
export const acquisitionInput = (change: Partial<AcquireInput> = {}): AcquireInput =>
  draftAcquisition('CN', 'cn-cpl-141', {
    authorisation: { kind: 'INTERNAL', reference: 'INT-1' },
    purposes: ['JUDGE_CASE'],
    ...change,
  });

/** A manifest of small items and the anchor input that fits it as first batch. */
export function makeBatch(acquisition: string, contents: readonly string[]) {
  const lines = contents.map((content) =>
    canonicalBytes({
      type: 'tabellion.item',
      v: 1,
      kind: 'message',
      digest: { sha256: toHex(sha256(utf8(content))) },
      size: content.length,
      path: toBase64url(utf8(`chat/${content}`)),
      salt: toBase64url(randomBytes(16)),
    }),
  );
  const manifest = concatBytes(...lines.flatMap((line) => [line, Uint8Array.of(10)]));
  const input = {
    acquisition,
    sequence: 1,
    previous: null,
    root: toHex(buildTree(lines.map((line) => leafHash(line))).root),
    size: lines.length,
    bytes: contents.reduce((sum, content) => sum + content.length, 0),
    manifest: toHex(sha256(manifest)),
    collectedAt: Date.now() - 1000,
  } satisfies Partial<BatchRecord>;
  return { manifest, input };
}
