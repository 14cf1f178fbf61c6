import type { Language } from '../../explain/area.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** Every language says the same things; a word that one lacks does not compile. */
export type Words = typeof en;

export const WORDS: Readonly<Record<Language, Words>> = { en, zh };
