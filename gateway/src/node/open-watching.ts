/** What members watch in the library of labels, and how their systems are told. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Enrolment } from '../http/deps.ts';
import type { Labels } from '../label/labels.ts';
import type { Projection } from '../projection/projection.ts';
import { openWatches, type Watches } from '../watch/watches.ts';
import type { GuardOptions } from '../webhook/guard.ts';
import { openWebhooks, type WebhookOptions, type Webhooks } from '../webhook/webhooks.ts';
import { eraseInTime } from './erase-in-time.ts';

/** An alert that was seen is kept so long. */
const KEEP_ALERTS_DAYS = 180;
const DAY_MS = 86_400_000;

export interface WatchingParts {
  /** The gateway's own directory. */
  readonly own: string;
  readonly members: readonly string[];
  readonly labels: Pick<Labels, 'feed' | 'view' | 'manifests'>;
  readonly projection: Projection;
  readonly enrolment: Pick<Enrolment, 'findPerson'>;
  /** Where webhooks may go. */
  readonly guard: GuardOptions;
  readonly logger: Logger;
  readonly onFailure?: ((error: unknown) => void) | undefined;
  readonly now: () => number;
  /** Throws while the clock is not to be believed. */
  readonly assertClock?: () => void;
  /** After so many days an alert that was seen is removed. */
  readonly keepAlertsDays?: number;
  /** For tests: attempts of their own. */
  readonly sending?: Pick<WebhookOptions, 'send' | 'random' | 'timeoutMs'>;
}

export function openWatching(
  parts: WatchingParts,
  opened: AsyncDisposableStack,
): { readonly watches: Watches; readonly webhooks: Webhooks } {
  const {
    own,
    members,
    labels,
    projection,
    enrolment,
    guard,
    logger,
    onFailure,
    now,
    assertClock,
    sending = {},
  } = parts;
  const { feed, view, manifests } = labels;
  const watches = openWatches({
    ...{
      directory: own,
      members,
      feed,
      view,
      manifests,
      projection,
      logger,
      onFailure,
      now,
      assertClock,
    },
    isPresent: (member, person) => enrolment.findPerson(member, person) !== undefined,
  });
  opened.defer(() => watches.close());
  const keptMs = (parts.keepAlertsDays ?? KEEP_ALERTS_DAYS) * DAY_MS;
  const erase = () => watches.removeSeen(now() - keptMs);
  const what = 'alerts that were seen long ago';
  opened.defer(eraseInTime({ erase, what, assertClock, logger, onFailure }));
  const webhooks = openWebhooks(
    { file: join(own, 'webhook.sqlite'), guard, logger, onFailure, now, assertClock, ...sending },
    [watches.source],
  );
  opened.defer(() => webhooks.close());
  return { watches, webhooks };
}
