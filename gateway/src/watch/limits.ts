/** How much may be watched: what is asserted is compared with all of it. */

/** Addresses of one watch, and of all watches of a member. */
export const MAX_ADDRESSES = 100_000;
export const MAX_MEMBER_ADDRESSES = 1_000_000;
/** Watches of one person or system, and of a member. */
export const MAX_OWN_WATCHES = 100;
export const MAX_WATCHES = 1000;
