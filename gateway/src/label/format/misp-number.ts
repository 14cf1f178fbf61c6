/** MISP writes numbers as numbers, or as text. */
import { z } from 'zod';

export const text = z.string();
export const number = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
