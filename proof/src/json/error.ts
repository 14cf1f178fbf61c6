import { CodedError } from '../coded-error.ts';

export const JSON_ERROR_CODES = [
  'JSON_NOT_UTF8',
  'JSON_SYNTAX',
  'JSON_DUPLICATE_KEY',
  'JSON_TOO_DEEP',
  'JSON_TOO_LARGE',
  'JSON_LONE_SURROGATE',
  'JSON_NUMBER',
  'JSON_NOT_CANONICAL',
] as const;
export type JsonErrorCode = (typeof JSON_ERROR_CODES)[number];

/** Why a text is not the JSON that we accept, or a value has no canonical form. */
export class JsonError extends CodedError<JsonErrorCode> {
  override readonly name = 'JsonError';
}
