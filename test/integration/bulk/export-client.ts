import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';

/** Manifest of a finished export. */
export interface Manifest {
  readonly transactionTime: string;
  readonly request: string;
  readonly requiresAccessToken: boolean;
  readonly output: readonly {
    /** Absent where the files are organized by patients. */
    readonly type?: string;
    readonly url: string;
    readonly count: number;
  }[];
  readonly deleted: readonly { readonly type: string; readonly url: string }[];
  readonly error: readonly { readonly type: string; readonly url: string }[];
}

/** Header of a kick-off. */
export const ASYNC = { prefer: 'respond-async', accept: 'application/fhir+json' };

/** Starts an export; the URL of its status. */
export async function kickOff(client: FhirClient, path: string): Promise<string> {
  const answer = await client.get(path, ASYNC);
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.headers.get('content-location') ?? '';
}

/** Asks for the status until the export has ended. */
export async function finished(client: FhirClient, status: string): Promise<Answer> {
  for (let n = 0; n < 1_200; n += 1) {
    const answer = await client.get(status);
    if (answer.status !== 202) return answer;
    await sleep(25);
  }
  throw new Error('The export does not end');
}

/** Exports and answers with the manifest. */
export async function exported(client: FhirClient, path: string): Promise<Manifest> {
  return (await finished(client, await kickOff(client, path))).json<Manifest>();
}

/** The resources of some files. */
export async function linesOf<T = { readonly id: string; readonly resourceType: string }>(
  client: FhirClient,
  files: readonly { readonly url: string }[],
): Promise<readonly T[]> {
  const texts = await Promise.all(files.map(async ({ url }) => (await client.get(url)).text));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T),
  );
}
