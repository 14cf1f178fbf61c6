import type { ImageContainer } from '@tabellion/proof';

/** `EWF 1048576 md5:… sha1:…`: what an image states of its content, which nobody has recomputed. */
export const describeContainer = ({ format, size, sha256, sha1, md5 }: ImageContainer): string =>
  Object.entries({ sha256, sha1, md5 }).reduce(
    (text, [name, value]) => (value === undefined ? text : `${text} ${name}:${value}`),
    `${format} ${size}`,
  );
