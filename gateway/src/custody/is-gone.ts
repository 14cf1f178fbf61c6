/** Whether custody of an item ended here: whoever held it last holds it no more. */
export const isGone = ({ status }: { readonly status: string }): boolean =>
  status === 'RETURNED' || status === 'DISPOSED';
