import type { Database, PluginRepository } from '../../../../src/plugin/sdk.ts';

/** FHIR store of the tests on a table, so that it outlives a killed process. */
export function databaseRepository(database: Database, failing: () => boolean): PluginRepository {
  const unused = (): never => {
    throw new TypeError('not part of this repository');
  };
  return {
    create: unused,
    createTogether: unused,
    async update(resource) {
      if (failing()) throw new TypeError('the store is down');
      await database.query({
        text: `insert into resource (type, id, content) values ($1, $2, $3::json)
          on conflict (type, id) do update set content = excluded.content, written = resource.written + 1`,
        values: [resource.resourceType, resource.id, JSON.stringify(resource)],
      });
      return resource;
    },
    read: unused,
    search: unused,
    delete: unused,
  };
}
