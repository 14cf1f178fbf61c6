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
  #members: ReadonlyMap<string, Msp> = new Map();
  #orderers: ReadonlyMap<string, Msp> = new Map();
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
    return this.#members.size;
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
    return identifyIn(this.#members, identity);
  }

  identifyOrderer(identity: SerializedIdentity): MemberIdentity | undefined {
    const found = identifyIn(this.#orderers, identity);
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

function identifyIn(msps: ReadonlyMap<string, Msp>, identity: SerializedIdentity) {
  try {
    const { notBefore } = parseCertificate(identity.certificatePem);
    return msps.get(identity.mspId)?.validate(identity, notBefore);
  } catch (error) {
    if (error instanceof MspError) return undefined;
    throw error;
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
): ReadonlyMap<string, Msp> {
  try {
    const embedded = ledger === 'embedded';
    return new Map(definitions.map((one) => [one.mspId, new Msp(one, { embedded })]));
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
