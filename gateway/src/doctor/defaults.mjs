/** Where `scripts/start` keeps its data and listens unless told otherwise. */
export const DEFAULTS = { data: 'data', port: 8080 };
