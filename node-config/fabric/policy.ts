/**
 * Fabric policies of the consortium as text, the form that `peer lifecycle` and configtxgen take.
 * The proof package builds the same endorsement policy as bytes; a test holds them to each other.
 */
interface PolicyMember {
  readonly mspId: string;
  readonly kind: string;
}

const peerOf = ({ mspId }: PolicyMember) => `'${mspId}.peer'`;

/**
 * `threshold` distinct members, at least one of them a state (CNS-2; design, section 3). Signature
 * policies consume an identity where it matches, so each state is joined with the others only.
 */
export function formatEndorsementPolicy(
  counted: readonly PolicyMember[],
  threshold: number,
): string {
  // A definition is the same only if its policy is, byte for byte, whoever lists the members.
  const members = counted.toSorted((one, other) => (one.mspId < other.mspId ? -1 : 1));
  const alternatives = members
    .filter(({ kind }) => kind === 'STATE')
    .map((state) => {
      const others = members.filter((member) => member !== state).map(peerOf);
      return `AND(${peerOf(state)}, OutOf(${threshold - 1}, ${others.join(', ')}))`;
    });
  return `OR(${alternatives.join(', ')})`;
}
