import { encodeQR } from 'qr';

export interface DrawnCode {
  /** Width and height in modules, quiet zone included. */
  readonly size: number;
  /** Dark runs of one row each. */
  readonly squares: readonly { readonly x: number; readonly y: number; readonly width: number }[];
}

const QUIET = 4;

/** A QR code (ISO/IEC 18004) that survives a photocopy: 15 % of it may be lost. */
export function drawCode(text: string): DrawnCode {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const squares = rows.flatMap((row, y) => {
    const runs: { x: number; y: number; width: number }[] = [];
    row.forEach((dark, x) => {
      const last = runs.at(-1);
      if (!dark) return;
      if (last !== undefined && last.x + last.width === x) last.width += 1;
      else runs.push({ x, y, width: 1 });
    });
    return runs;
  });
  return { size: rows.length, squares };
}
