/** The pure rules of the word `order`; safe to use outside a contract. */
export { ORDER_DECISIONS } from './decide.ts';
