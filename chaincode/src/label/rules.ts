/** The pure rules of the word `label`. */
export { LABEL_DECISIONS, type LabelTransaction } from './decide.ts';
