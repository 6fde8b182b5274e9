import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AccessContext } from '../../../src/storage/access-context.ts';
import type { ClinicalStore } from '../../../src/storage/clinical-store.ts';
import type { SqlStatement } from '../../../src/storage/database.ts';
import { readResource } from '../../../src/storage/repository/reading/read.ts';
import { updateResource } from '../../../src/storage/repository/writing/write.ts';
import { observation } from '../../support/resources.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let world: TestStore;
beforeAll(async () => {
  world = await openTestStore();
  for (const patient of ['a', 'b'])
    await updateResource(world.store, world.everything, `of-${patient}`, {
      resource: observation(patient, { id: `of-${patient}` }) as never,
      exact: observation(patient, { id: `of-${patient}` }) as never,
    });
}, 60_000);
afterAll(() => world.close(), 30_000);

/** The store with a database that notes the texts of its statements. */
function watched(store: ClinicalStore): {
  readonly store: ClinicalStore;
  readonly texts: string[];
} {
  const texts: string[] = [];
  const { database } = store;
  const query = ((statement: SqlStatement) => {
    texts.push(statement.text);
    return database.query(statement);
  }) as typeof database.query;
  return { texts, store: { ...store, database: { ...database, query } } };
}

async function work(context: AccessContext, id: string): Promise<readonly string[]> {
  const { store, texts } = watched(world.store);
  await expect(readResource(store, context, 'Observation', id)).rejects.toMatchObject({
    code: 'FHIR_NOT_FOUND',
  });
  return texts;
}

test('[V-57] what is hidden and what is not there cost the same statements, and the hidden content is not fetched', async () => {
  const context = world.as('Patient/a', [
    { resourceType: 'Observation', criteria: 'Observation?patient=%patient' },
  ]);
  const hidden = await work(context, 'of-b');
  expect(hidden.length).toBeGreaterThan(0);
  expect(hidden).toEqual(await work(context, 'of-x'));
  // The content stands behind the verdict of the rules.
  expect(hidden[0]).toContain('rule is not null');
});
