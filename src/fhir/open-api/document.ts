import type { CapabilityStatement } from '@medplum/fhirtypes';
import { appliesTo, type CoreOperation } from '../operations/core-operation.ts';
import { components, type JsonObject, ref, resourceContent } from './components.ts';
import { operationPath, typePaths } from './paths.ts';

/**
 * The OpenAPI 3.1 description of what a CapabilityStatement says: one source for both, so that they cannot differ.
 * @param core operations of the host, which may say that GET is allowed
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export function openApiDocument(
  statement: CapabilityStatement,
  core: readonly CoreOperation[],
): JsonObject {
  const base = statement.implementation?.url ?? '';
  const { origin } = new URL(base);
  const rest = statement.rest?.[0];
  const resources = rest?.resource ?? [];
  const paths: Record<string, JsonObject> = {
    '/metadata': {
      get: {
        operationId: 'capabilities',
        tags: ['System'],
        security: [],
        responses: {
          '200': {
            description: 'What the server can do',
            content: resourceContent('CapabilityStatement'),
          },
        },
      },
    },
    '/': {
      post: {
        operationId: 'bundle',
        tags: ['System'],
        summary: 'A batch or a transaction',
        requestBody: { required: true, content: resourceContent('Bundle') },
        responses: {
          '200': { description: 'One answer for each entry', content: resourceContent('Bundle') },
          default: ref('responses', 'error'),
        },
      },
    },
  };
  for (const entry of resources) Object.assign(paths, typePaths(entry));
  const addOperation = (name: string, documentation: string | undefined, type?: string): void => {
    const known = core.find((operation) => operation.name === name);
    const get = known?.get === true;
    const tag = type ?? 'System';
    const add = (path: string, id: string, parameters?: readonly JsonObject[]): void => {
      paths[path] = {
        ...(parameters === undefined ? {} : { parameters }),
        ...operationPath(name, documentation, { id, get, tag }),
      };
    };
    if (type === undefined) {
      add(`/$${name}`, `system.${name}`);
      return;
    }
    if (known === undefined || appliesTo(known, { type }))
      add(`/${type}/$${name}`, `${type}.${name}`);
    if (known === undefined || appliesTo(known, { type, id: 'x' }))
      add(`/${type}/{id}/$${name}`, `${type}.instance.${name}`, [ref('parameters', 'id')]);
  };
  for (const { name, documentation } of rest?.operation ?? []) addOperation(name, documentation);
  for (const { type, operation = [] } of resources)
    for (const { name, documentation } of operation) addOperation(name, documentation, type);
  return {
    openapi: '3.1.0',
    info: {
      title: 'FHIR R4 API',
      version: statement.software?.version ?? '0',
      description: 'What the CapabilityStatement of this server says, as OpenAPI.',
    },
    servers: [{ url: base }],
    security: [{ smart: [] }],
    tags: [{ name: 'System' }, ...resources.map(({ type }) => ({ name: type }))],
    paths,
    components: components(
      [
        ...new Set([
          ...resources.map(({ type }) => type),
          'Bundle',
          'OperationOutcome',
          'Parameters',
          'CapabilityStatement',
        ]),
      ],
      `${origin}/oauth2/token`,
      `${origin}/oauth2/authorize`,
    ),
  };
}
