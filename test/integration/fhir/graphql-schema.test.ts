import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, GraphQLSchema, validateSchema } from 'graphql';
import { pino } from 'pino';
import { loadDefinitions } from '../../../src/definitions/load.ts';
import { createSchemas } from '../../../src/fhir/graphql/schema.ts';
import { inSlices } from '../../../src/fhir/slices.ts';
import { stringifyInSlices } from '../../../src/fhir/graphql/stringify.ts';
import { longestBlock } from '../../support/longest-block.ts';
import { DEFINITIONS_CACHE, startTestServer, type TestServer } from '../../support/server.ts';

/**
 * Milliseconds without a pause at most. In one piece the steps took 750 to 1 300; on a quiet machine a slice takes less
 * than 50, and a busy one must not make the test fail.
 */
const LIMIT = 600;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  // So that the first call does not pay for what has nothing to do with schemas.
  await server.as('full').get('Patient');
}, 60_000);
afterAll(async () => {
  await server.close();
}, 30_000);

describe('FHIR R4 graphql: the schema is made without keeping others waiting', () => {
  test.each([
    ['the schema of a first query', '{ PatientList { id } }'],
    ['the published definitions', '{ StructureDefinitionList(name: "Patient") { name } }'],
    ['a full introspection', getIntrospectionQuery()],
  ])(
    '%s',
    async (_, query) => {
      const met = { answered: 0, ended: false };
      const longest = await longestBlock(async () => {
        const asked = server.as('full').post('$graphql', { query });
        const meanwhile = async (): Promise<void> => {
          const { status } = await server.anonymous().get('metadata');
          expect(status).toBe(200);
          met.answered += 1;
          if (!met.ended) await meanwhile();
        };
        const others = meanwhile();
        expect((await asked).status).toBe(200);
        met.ended = true;
        await others;
      });
      expect(longest).toBeLessThan(LIMIT);
      expect(met.answered).toBeGreaterThan(0);
    },
    60_000,
  );

  test('it is valid', async () => {
    const log = pino({ level: 'silent' });
    const definitions = await loadDefinitions({ cacheDirectory: DEFINITIONS_CACHE, log });
    const schemas = createSchemas(definitions, { list: () => Promise.resolve(undefined) });
    const made = await schemas.system();
    // The one that is used is taken to be valid; the same once more is looked at.
    expect(validateSchema(new GraphQLSchema({ query: made.getQueryType() }))).toEqual([]);
    const ofType = await schemas.ofType('Observation');
    expect(validateSchema(new GraphQLSchema({ query: ofType.getQueryType() }))).toEqual([]);
  }, 60_000);

  test('text that is written in slices is the text of JSON.stringify', async () => {
    const item = { a: [1, null, { b: 'x"', c: [[], {}] }], d: undefined, e: true };
    const value = { data: { list: Array.from({ length: 50 }, () => item), none: {}, no: [] } };
    expect(await stringifyInSlices(value, inSlices())).toBe(JSON.stringify(value));
  });
});
