/**
 * What passes between the container that administers (`administer.ts`) and this machine
 * (`administration.ts`), which alone can start containers: one JSON document a line.
 */
import type { Site } from '../site.ts';

export const QUESTIONS = ['startNode', 'stopNode', 'readRevocations'] as const;

/** A part of `Site` that only this machine can do. */
export type Question = (typeof QUESTIONS)[number] & keyof Site;

export type FromContainer =
  | { readonly report: string }
  | { readonly ask: Question; readonly of: string }
  | { readonly done: string }
  | { readonly failed: string };

export type FromMachine = { readonly answer: string } | { readonly error: string };
