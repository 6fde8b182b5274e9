/** What the server answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: string;
  readonly milliseconds: number;
}

/** Longest answer, in milliseconds. */
export const LIMIT = 2_000;

/** Where a trace of the program would be seen. */
const TRACE = /\n\s+at |node:internal|\.ts:\d+|PostgresError|syntax error at or near/;

/** What is wrong with an answer, or undefined. Slowness is judged apart: it has to be seen twice. */
export function complaint(method: string, answer: Answer): string | undefined {
  const { status, contentType, body } = answer;
  if (status >= 500 && status !== 501) return `status ${String(status)}: ${body.slice(0, 300)}`;
  if (TRACE.test(body)) return `the answer shows the inside: ${body.slice(0, 300)}`;
  if (status < 400 || method === 'HEAD') return undefined;
  if (contentType.startsWith('application/fhir+json')) {
    const outcome = parsed(body) as { resourceType?: unknown; issue?: unknown[] } | undefined;
    if (outcome?.resourceType !== 'OperationOutcome' || outcome.issue?.length === 0)
      return `no OperationOutcome: ${body.slice(0, 300)}`;
    return undefined;
  }
  if (contentType.startsWith('application/fhir+xml')) {
    return body.includes('<OperationOutcome xmlns="http://hl7.org/fhir">')
      ? undefined
      : `no OperationOutcome: ${body.slice(0, 300)}`;
  }
  // Errors of GraphQL have a form of their own.
  if (/^application\/(graphql-response\+)?json/.test(contentType)) return undefined;
  return `an error as ${contentType === '' ? 'nothing' : contentType}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
