import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { linesOf } from './export-client.ts';

/** Manifest of a finished import. */
export interface ImportManifest {
  readonly output: readonly { readonly inputUrl: string; readonly count: number }[];
  readonly outcome: readonly {
    readonly inputUrl: string;
    readonly url: string;
    readonly count: number;
  }[];
  readonly extension: Readonly<
    Record<'lines' | 'created' | 'updated' | 'unchanged' | 'failed', number>
  >;
}

/** NDJSON of resources; texts are lines as they are. */
export function ndjson(lines: readonly unknown[]): string {
  return lines
    .map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
    .join('');
}

/** Sends NDJSON; the answer to the kick-off. */
export function upload(client: FhirClient, body: string): Promise<Answer> {
  return client.post('$import', body, {
    prefer: 'respond-async',
    'content-type': 'application/fhir+ndjson',
  });
}

/** Names inputs; the answer to the kick-off. */
export function kickOffImport(
  client: FhirClient,
  inputs: readonly { readonly url: string; readonly type?: string }[],
): Promise<Answer> {
  return client.post('$import', parametersOf(inputs), { prefer: 'respond-async' });
}

/** Parameters of a kick-off. */
export function parametersOf(inputs: readonly { readonly url: string; readonly type?: string }[]) {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'inputFormat', valueCode: 'application/fhir+ndjson' },
      ...inputs.map(({ url, type }) => ({
        name: 'input',
        part: [
          { name: 'url', valueUri: url },
          ...(type === undefined ? [] : [{ name: 'type', valueCode: type }]),
        ],
      })),
    ],
  };
}

/** Asks for the status until the import has ended. */
export async function imported(client: FhirClient, kickOff: Answer): Promise<ImportManifest> {
  if (kickOff.status !== 202) throw new Error(kickOff.text);
  const status = kickOff.headers.get('content-location') ?? '';
  for (let n = 0; n < 2_400; n += 1) {
    const answer = await client.get(status);
    if (answer.status === 200) return answer.json<ImportManifest>();
    if (answer.status !== 202) throw new Error(answer.text);
    await sleep(25);
  }
  throw new Error('The import does not end');
}

/** What is told of the lines that failed: number of the line and error code. */
export async function failures(
  client: FhirClient,
  { outcome }: ImportManifest,
): Promise<readonly (readonly [line: number, code: string])[]> {
  const told = await linesOf<OperationOutcome>(client, outcome);
  return told.map(({ extension, issue }) => [
    extension?.find(({ url }) => url.endsWith('/import-line'))?.valueInteger ?? -1,
    issue[0]?.details?.coding?.[0]?.code ?? '',
  ]);
}
