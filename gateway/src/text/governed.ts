import type { Governed } from '@tabellion/chaincode/kernel/schema';

/** An entry of a register with its version, as people type it too. */
export const formatGoverned = ({ id, version }: Governed): string => `${id}@${version}`;
