import type { Resource } from '@medplum/fhirtypes';
import { errorFactory } from '../../../../src/plugin/sdk.ts';
import type { PluginRepository } from '../../../../src/plugin/sdk.ts';

const notFound = errorFactory({
  FHIR_NOT_FOUND: { status: 404, issue: 'not-found', text: 'Not found' },
});

/** FHIR store of the tests. `failing` makes the next writes fail, as a crash between two writes would. */
export interface MemoryRepository extends PluginRepository {
  readonly resources: Map<string, Resource>;
  failing: string | undefined;
}

export function memoryRepository(): MemoryRepository {
  const resources = new Map<string, Resource>();
  const repository: MemoryRepository = {
    resources,
    failing: undefined,
    create: () => Promise.reject(new TypeError('not used')),
    createTogether: () => Promise.reject(new TypeError('not used')),
    async update(resource) {
      if (repository.failing === resource.resourceType) throw new TypeError('the store is down');
      resources.set(`${resource.resourceType}/${resource.id}`, resource);
      return resource;
    },
    async read(type, id) {
      const found = resources.get(`${type}/${id}`);
      if (found === undefined) throw notFound('FHIR_NOT_FOUND');
      return found as never;
    },
    async search(type, query) {
      const wanted = [...new URLSearchParams(query)].filter(([name]) => !name.startsWith('_'));
      return [...resources.values()].filter(
        (resource) =>
          resource.resourceType === type &&
          wanted.every(([name, value]) => matches(resource, name, value)),
      ) as never;
    },
    delete: () => Promise.reject(new TypeError('not used')),
  };
  return repository;
}

/** The two parameters that the plugin searches by. */
function matches(resource: Resource, name: string, value: string): boolean {
  const { identifier = [], profile } = resource as {
    identifier?: { system?: string; value?: string }[];
    profile?: { reference?: string };
  };
  switch (name) {
    case 'identifier':
      return identifier.some((one) => `${one.system}|${one.value}` === value);
    case 'profile':
      return profile?.reference === value;
    default:
      throw new TypeError(`The test repository cannot search by ${name}`);
  }
}
