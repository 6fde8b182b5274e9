import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { JourneyError } from './step.ts';

/** An answer of the FHIR API. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
}

/** The FHIR API in the name of one identity. Paths are below the base. */
export interface Fhir {
  get(path: string): Promise<Answer>;
  /** @param body JSON text, or what to make it from */
  post(path: string, body: unknown): Promise<Answer>;
  /** All resources of a search, page by page. @throws JourneyError where a page is not answered */
  all<T extends Resource>(path: string): Promise<readonly T[]>;
}

/** @param base such as `http://localhost:8103/fhir/R4` */
export function fhir(base: string, accessToken: string): Fhir {
  const send = async (method: string, path: string, body?: string): Promise<Answer> => {
    const response = await fetch(path.startsWith(base) ? path : `${base}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      json: () => JSON.parse(text) as unknown,
    };
  };
  return {
    get: (path) => send('GET', path),
    post: (path, body) =>
      send('POST', path, typeof body === 'string' ? body : JSON.stringify(body)),
    async all<T extends Resource>(path: string) {
      const found: T[] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const answer = await send('GET', next);
        expectStatus(answer, 200);
        const { entry = [], link = [] } = answer.json() as Bundle;
        found.push(...entry.map(({ resource }) => resource as T));
        next = link.find(({ relation }) => relation === 'next')?.url;
      }
      return found;
    },
  };
}

/** Error code of an answer, where it is an OperationOutcome. */
export function codeOf({ text }: Answer): string | undefined {
  if (!text.startsWith('{')) return undefined;
  const { issue } = JSON.parse(text) as Partial<OperationOutcome>;
  return issue?.[0]?.details?.coding?.[0]?.code;
}

/** @throws JourneyError where the status is another one */
export function expectStatus(answer: Answer, status: number): void {
  if (answer.status === status) return;
  throw new JourneyError(
    `The answer is ${String(answer.status)} ${codeOf(answer) ?? ''}, not ${String(status)}`,
  );
}
