/** One request of the fuzzer. */
export interface FuzzCase {
  /** What is malformed: the grammar it came from. */
  readonly family: string;
  readonly method: string;
  /** Path and query below the FHIR base, with the leading slash. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Media types that bodies are sent as. */
export const JSON_TYPE = { 'content-type': 'application/fhir+json' };

/** A case with a text body. */
export function withBody(
  family: string,
  method: string,
  target: string,
  text: string | Buffer,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): FuzzCase {
  return { family, method, target, headers, body: Buffer.from(text as string, 'utf8') };
}
