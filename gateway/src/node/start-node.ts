/**
 * The composition of one gateway: the ledger, what the gateway keeps, where people sign in, and the
 * HTTP surface. Everything that is chosen is chosen here.
 */

import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { openDisclosures } from '../disclosure/disclosures.ts';
import { startDisclosure } from '../evidence/disclosure.ts';
import { createProofs } from '../evidence/proof.ts';
import { createGateway } from '../http/app.ts';
import type { GatewayDeps } from '../http/deps.ts';
import type { GatewayLimits } from '../http/limits.ts';
import { loadConsortium } from '../identity/consortium.ts';
import type { DevelopmentPeople } from '../identity/development/people.ts';
import { GatewayEnrolment } from '../identity/enrol.ts';
import type { TrustedIssuer } from '../identity/token.ts';
import type { Gateways } from '../label/fetch/gateways-file.ts';
import { openLabels } from '../label/labels.ts';
import { openPrivateScreening } from '../label/private/private-screening.ts';
import { scaleQuotas } from '../label/private/quota.ts';
import { startOverdueTimer } from '../order/overdue-timer.ts';
import { createEvidenceView } from '../projection/evidence-view.ts';
import { startProjection } from '../projection/projection.ts';
import { backUpRunning } from './backup.ts';
import { createClockGuard } from './clock-guard.ts';
import { openConsortiumLedger } from './consortium-ledger.ts';
import { controlPath, listenForControl } from './control-socket.ts';
import { assertRoom, holdDataDirectory, makeDataDirectory } from './data-directory.ts';
import type { FabricMember, openFabricMember } from './fabric-member.ts';
import { type VitalFailure, watchFailures } from './failure-watch.ts';
import { findFreePort } from './free-port.ts';
import { guardLedger } from './guarded-ledger.ts';
import { openEvidence } from './open-evidence.ts';
import { KEEP_QUERIES_DAYS, openJournal } from './open-journal.ts';
import { openWatching } from './open-watching.ts';
import { createPendingRevocations } from './pending-revocations.ts';
import { openDevelopmentSignIn, trustIssuers } from './people-sign-in.ts';
import { createLedgerTrust, type LedgerTrust } from './trust.ts';

const HOST = '127.0.0.1';
/** How long starting waits for the projection, which goes on by itself after that, milliseconds. */
const CATCH_UP_MS = 60_000;
const DAY_MS = 86_400_000;

/** A gateway of one member of a consortium on Fabric, instead of the embedded consortium. */
export interface FabricNode {
  readonly member: FabricMember;
  /** Where the member's people sign in. */
  readonly issuers: readonly TrustedIssuer[];
  /** Where the other members' gateways are: label manifests are fetched from them. */
  readonly gateways?: Gateways;
}

export interface NodeOptions {
  /** Where everything is kept; made if absent. */
  readonly directory: string;
  /** The consortium's YAML file. */
  readonly consortium: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 by default. Development sign-in is only from this machine. */
  readonly listen?: string;
  /** Second place for manifests. */
  readonly escrow?: string;
  readonly fabric?: FabricNode;
  /** After so many days what was asked of addresses is erased; five years by default. */
  readonly keepQueriesDays?: number;
  /** After so many days an alert that was seen is removed; 180 by default. */
  readonly keepAlertsDays?: number;
  /** Points or buckets that one caller may ask for privately in a day. */
  readonly privatePerDay?: number;
  /** Where they are other than the gateway's own. */
  readonly limits?: Partial<GatewayLimits>;
  /** Networks that are not public and that webhooks may go to, such as `10.1.0.0/16`. */
  readonly webhookNetworks?: readonly string[];
  readonly logger: Logger;
}

export interface RunningNode {
  /** For example `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Development sign-ins; none where people sign in at the member's own issuers. */
  readonly people: DevelopmentPeople;
  /** Resolves with what the node must not outlive: the process is to end then, without closing. */
  readonly failed: Promise<VitalFailure>;
  /** Ends requests, anchors what waits and closes every file. */
  close(): Promise<void>;
}

/** Starts everything; what was opened is closed again if a later part fails. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const opened = new AsyncDisposableStack();
  try {
    const composed = await composeNode(options, opened);
    return { ...composed, close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Loads Fabric's client where it is asked for only: it takes as much memory as a batch of items. */
const openFabric: typeof openFabricMember = async (...options) =>
  (await import('./fabric-member.ts')).openFabricMember(...options);

async function composeNode(options: NodeOptions, opened: AsyncDisposableStack) {
  const { logger, listen = HOST } = options;
  const now = Date.now;
  const { failed, tell: onFailure } = watchFailures();
  const directory = resolve(options.directory);
  const own = join(directory, 'gateway');
  await makeDataDirectory(own);
  const held = holdDataDirectory(directory);
  opened.defer(() => held[Symbol.dispose]());
  await assertRoom(own);
  const port = options.port === 0 ? await findFreePort(HOST) : options.port;
  const address = `http://${HOST}:${port}`;

  const consortium = await loadConsortium(options.consortium);
  const { fabric } = options;
  let trusted: LedgerTrust | undefined;
  const rule = () => trusted?.rule();
  const network = fabric
    ? await openFabric(fabric.member, { consortium, logger, now, rule })
    : await openConsortiumLedger(directory, consortium, now, onFailure);
  opened.defer(() => network.close());
  const { serviceSigners, authorities, publishMsp } = network;
  const projection = await startProjection({
    file: join(own, 'projection.sqlite'),
    ledger: network.ledger,
    logger,
    onFailure,
  });
  opened.defer(() => projection.close());
  const windowMs = consortium.parameters.timeWindowSeconds * 1000;
  // On Fabric the peers judge times, and members that collude must not stop others by one of theirs.
  const latest = () => (network.ledger.kind === 'embedded' ? projection.latestTime : 0);
  const onWrong = (message: string) => logger.error({ code: 'CLOCK_WRONG' }, message);
  const assertClock = createClockGuard({ now, windowMs, latest, onWrong });
  const gate = guardLedger(network.ledger, assertClock);
  const { ledger } = gate;
  trusted = createLedgerTrust({ consortium: consortium.name, ledger, projection });
  const trust = trusted.describe;
  // Whom to ask for endorsements is known once the last definition is projected.
  await projection.catchUp(AbortSignal.timeout(CATCH_UP_MS));
  const evidence = createEvidenceView(projection.database);
  const members = [...serviceSigners.keys()];
  const [operator] = members;
  const operatorSigner = serviceSigners.get(operator!)!;

  const journal = openJournal(
    {
      ...{ own, ledger, serviceSigners, projection, now, logger, onFailure, assertClock },
      keepQueriesDays: options.keepQueriesDays ?? KEEP_QUERIES_DAYS,
    },
    opened,
  );
  const { manifests, attestations, anchoring } = await openEvidence(
    {
      ...{ own, ledger, serviceSigners, journal, now, logger, onFailure, evidence, assertClock },
      operator: operator!,
      escrow: options.escrow,
    },
    opened,
  );

  const disclosure = startDisclosure({
    ledger,
    signers: serviceSigners,
    listSealed: evidence.listSealed,
    logger,
    now,
  });
  opened.defer(() => disclosure.close());
  const overdue = startOverdueTimer({
    ...{ ledger, signers: serviceSigners, projection, logger, now, assertClock },
  });
  opened.defer(() => overdue.close());

  const enrolment = new GatewayEnrolment({
    file: join(own, 'enrolment.sqlite'),
    authorities,
    publishMsp,
    now,
  });
  opened.defer(() => enrolment.close());
  const revocations = setInterval(
    () =>
      void enrolment.refreshRevocationLists().catch((error) => {
        onFailure(error);
        logger.error('revocation lists wait');
      }),
    DAY_MS,
  );
  revocations.unref();
  opened.defer(() => clearInterval(revocations));

  const development = { address, listensOn: listen, ledger: ledger.kind, members };
  const signIn = fabric
    ? trustIssuers(fabric.issuers, now)
    : await openDevelopmentSignIn({ ...development, directory, consortium, logger, now });
  opened.defer(() => signIn.close());

  const labels = await openLabels({
    directory: join(own, 'labels'),
    projection,
    ...(fabric?.gateways && { gateways: { ...fabric.gateways, signer: operatorSigner, ledger } }),
    logger,
    onFailure,
    now,
    assertClock,
  });
  opened.defer(() => labels.close());
  const { watches, webhooks } = openWatching(
    {
      ...{ own, members, labels, projection, enrolment, logger, onFailure, now, assertClock },
      guard: { networks: options.webhookNetworks ?? [], loopback: fabric === undefined },
      ...(options.keepAlertsDays !== undefined && { keepAlertsDays: options.keepAlertsDays }),
    },
    opened,
  );
  const privateScreening = await openPrivateScreening({
    directory: join(own, 'private-screening'),
    ...{ labels, logger, onFailure, now, assertClock, signer: operatorSigner },
    height: () => projection.height,
    ...(options.privatePerDay !== undefined && { quotas: scaleQuotas(options.privatePerDay) }),
  });
  opened.defer(() => privateScreening.close());
  const disclosures = openDisclosures({
    directory: join(own, 'disclosure'),
    ...(options.escrow === undefined ? {} : { escrow: resolve(options.escrow) }),
    ledger,
    projection,
    manifests,
    serviceSigners,
    signer: operatorSigner,
    // Whether a grant has ended is judged by no clock that is wrong.
    now: () => {
      assertClock();
      return now();
    },
  });

  const deps: GatewayDeps = {
    ledger,
    tokens: signIn.tokens,
    enrolment,
    projection,
    journal,
    manifests,
    anchoring,
    proofs: createProofs({
      attestations,
      manifestsOf: (member) => manifests.of(member),
      trust,
      now,
    }),
    disclosures,
    labels,
    watches,
    webhooks,
    privateScreening,
    serviceSigners,
    trust,
    pendingRevocations: createPendingRevocations(authorities, projection),
    operator: operator!,
    directory: own,
    logger,
    onFailure,
    ...(signIn.router && { issuerMiddleware: signIn.router }),
    now,
  };
  const gateway = createGateway(deps, options.limits);
  opened.defer(() => gateway.close());
  await projection.catchUp(AbortSignal.timeout(CATCH_UP_MS));
  await gateway.listen({ host: listen, port });

  const control = controlPath(directory);
  if (control === undefined) {
    logger.warn('the path of the data directory is too long for back-ups of a running gateway');
  } else {
    const copySpool = (to: string) => anchoring.copyTo(to);
    const { copyLedger } = network;
    const parts = { gate, copySpool, ...(copyLedger && { copyLedger }) };
    const listening = await listenForControl(control, ({ to }) =>
      backUpRunning(directory, to, parts),
    );
    opened.defer(() => listening.close());
  }
  return { address, people: signIn.people, failed };
}
