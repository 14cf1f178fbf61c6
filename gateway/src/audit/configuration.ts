/** Who takes part, block by block, as the channel's configurations say and the trust file allows. */
import '@tabellion/proof/node';
import {
  type Consenter,
  type MemberIdentity,
  Msp,
  type MspDefinition,
  MspError,
  parseCertificate,
  readConfig,
  type SerializedIdentity,
  type Trust,
} from '@tabellion/proof';
import { AuditBreak, assertHolds } from './break.ts';

export class Configuration {
  readonly #trust: Trust;
  #members = new Identities();
  #orderers = new Identities();
  #consenters: readonly Consenter[] = [];
  #block = 0;

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** Block of the configuration in force. */
  get block(): number {
    return this.#block;
  }

  /** BFT consenters; empty for other ordering. */
  get consenters(): readonly Consenter[] {
    return this.#consenters;
  }

  get memberCount(): number {
    return this.#members.count;
  }

  isMember(mspId: string): boolean {
    return this.#members.has(mspId);
  }

  /** @throws AuditBreak where the block's configuration is not one that the trust file covers. */
  apply(blockBytes: Uint8Array, number: number): void {
    const place = { block: number };
    const config = readOrBreak(blockBytes, number);
    assertHolds(
      place,
      config.channel === this.#trust.channel,
      'CONFIGURATION_NOT_TRUSTED',
      `the channel ${config.channel}`,
    );
    for (const definition of [...config.members, ...config.orderers]) {
      assertHolds(
        place,
        this.#isTrusted(definition),
        'CONFIGURATION_NOT_TRUSTED',
        `the member ${definition.mspId}`,
      );
    }
    this.#members = openMsps(config.members, this.#trust, number);
    this.#orderers = openMsps(config.orderers, this.#trust, number);
    this.#consenters = config.consenters;
    this.#block = number;
  }

  /**
   * Who an identity is, or undefined if it speaks for no member. As Fabric at commit, this does not ask
   * whether the certificate has expired: see `isInForce`.
   */
  identify(identity: SerializedIdentity): MemberIdentity | undefined {
    return this.#members.identify(identity);
  }

  identifyOrderer(identity: SerializedIdentity): MemberIdentity | undefined {
    const found = this.#orderers.identify(identity);
    return found?.role === 'ORDERER' ? found : undefined;
  }

  #isTrusted({ mspId, roots }: MspDefinition): boolean {
    const trusted = this.#trust.members.find((member) => member.mspId === mspId);
    const known = new Set(trusted?.roots.map(fingerprintOf));
    return roots.every((root) => known.has(fingerprintOf(root)));
  }
}

/** Whether a certificate was valid at a time that somebody claims. */
export const isInForce = ({ certificate }: MemberIdentity, at: number): boolean =>
  certificate.notBefore <= at && at < certificate.notAfter + 1000;

/** Identities that are remembered; a consortium's people and peers are fewer. */
const MAX_REMEMBERED = 10_000;

/** Whose certificates speak for whom under one configuration; each is judged once. */
class Identities {
  readonly #msps: ReadonlyMap<string, Msp>;
  readonly #judged = new Map<string, MemberIdentity | undefined>();

  constructor(msps: ReadonlyMap<string, Msp> = new Map()) {
    this.#msps = msps;
  }

  get count(): number {
    return this.#msps.size;
  }

  has(mspId: string): boolean {
    return this.#msps.has(mspId);
  }

  identify(identity: SerializedIdentity): MemberIdentity | undefined {
    const name = `${identity.mspId}\n${identity.certificatePem}`;
    if (!this.#judged.has(name)) {
      if (this.#judged.size >= MAX_REMEMBERED) this.#judged.clear();
      this.#judged.set(name, this.#judge(identity));
    }
    return this.#judged.get(name);
  }

  #judge(identity: SerializedIdentity): MemberIdentity | undefined {
    try {
      const { notBefore } = parseCertificate(identity.certificatePem);
      return this.#msps.get(identity.mspId)?.validate(identity, notBefore);
    } catch (error) {
      if (error instanceof MspError) return undefined;
      throw error;
    }
  }
}

function readOrBreak(blockBytes: Uint8Array, number: number) {
  try {
    return readConfig(blockBytes);
  } catch (error) {
    throw new AuditBreak('BLOCK_UNREADABLE', { block: number }, String(error));
  }
}

function openMsps(
  definitions: readonly MspDefinition[],
  { ledger }: Trust,
  number: number,
): Identities {
  try {
    const embedded = ledger === 'embedded';
    return new Identities(
      new Map(definitions.map((one) => [one.mspId, new Msp(one, { embedded })])),
    );
  } catch (error) {
    if (!(error instanceof MspError)) throw error;
    throw new AuditBreak('CONFIGURATION_NOT_TRUSTED', { block: number }, error.message);
  }
}

/** Hex; a certificate that cannot be read has none. */
function fingerprintOf(pem: string): string | undefined {
  try {
    return parseCertificate(pem).fingerprint;
  } catch (error) {
    if (error instanceof MspError) return undefined;
    throw error;
  }
}
