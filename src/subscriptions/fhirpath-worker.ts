import { parentPort } from 'node:worker_threads';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';

/** One expression with what it is evaluated on. */
export interface FhirPathTask {
  readonly number: number;
  readonly expression: string;
  readonly current: unknown;
  readonly previous: unknown;
}

/** True where the result is `true` and nothing else; undefined where it cannot be evaluated. */
export interface FhirPathAnswer {
  readonly number: number;
  readonly holds: boolean | undefined;
}

parentPort?.on('message', ({ number, expression, current, previous }: FhirPathTask) => {
  let holds: boolean | undefined;
  try {
    const variables = { current: current ?? [], previous: previous ?? [] };
    const result = fhirpath.evaluate(current ?? {}, expression, variables, r4, {
      async: false,
    }) as unknown[];
    holds = result.length === 1 && result[0] === true;
  } catch {
    holds = undefined;
  }
  parentPort?.postMessage({ number, holds } satisfies FhirPathAnswer);
});
