import { parseRecording, type Recording } from './acquisition-input.ts';
import { hashFile } from './hash-file.ts';

/** `KIND:file`: the ledger gets the digest and the size. */
export async function readRecording(text: string): Promise<Recording> {
  const [kind, file] = parseRecording(text);
  const { sha256, size } = await hashFile(file);
  return { kind: kind as Recording['kind'], sha256, size };
}
