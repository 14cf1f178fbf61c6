import type { ImageContainer } from '@tabellion/proof';

/** `EWF 1048576 md5:… sha1:…`: what an image states of its content, which nobody has recomputed. */
export const describeContainer = ({ format, size, ...digests }: ImageContainer): string =>
  Object.entries(digests).reduce(
    (text, [name, value]) => (value === undefined ? text : `${text} ${name}:${value}`),
    `${format} ${size}`,
  );
