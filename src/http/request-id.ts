import { createRandomPool } from '../random-pool.ts';

const random = createRandomPool();

const ACCEPTED = /^[A-Za-z0-9._\-]{1,64}$/;

/** The caller's request id where it is a plain one, else sixteen random characters. @see https://hapifhir.io */
export function requestId(header: string | string[] | undefined): string {
  if (typeof header === 'string' && ACCEPTED.test(header)) return header;
  return random(12).toString('base64url');
}
