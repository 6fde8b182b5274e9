import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Patient } from '@medplum/fhirtypes';
import { MedplumRepository } from '../../../src/fhir/medplum-repository.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let opened: TestStore;
let repository: MedplumRepository;

beforeAll(async () => {
  opened = await openTestStore();
  repository = new MedplumRepository(opened.store, opened.everything, {
    defaultCount: 20,
    maxCount: 100,
  });
});

afterAll(async () => {
  await opened.close();
});

const patient: Patient = { resourceType: 'Patient', name: [{ family: 'Repository' }] };

describe('Medplum FhirRepository on the clinical store', () => {
  test('creates, reads, updates, patches, searches, shows history, deletes', async () => {
    const created = await repository.createResource(patient);
    expect(await repository.readResource('Patient', created.id)).toEqual(created);
    const updated = await repository.updateResource<Patient>({ ...created, active: true });
    expect(updated.meta?.versionId).toBe('2');
    await repository.patchResource('Patient', created.id, [
      { op: 'replace', path: '/active', value: false },
    ]);
    const found = await repository.searchResources<Patient>({
      resourceType: 'Patient',
      filters: [{ code: 'family', operator: 'eq', value: 'repository' }],
    });
    expect(found.map(({ id }) => id)).toContain(created.id);
    const history = await repository.readHistory('Patient', created.id);
    expect(history.entry?.map((entry) => entry.resource?.meta?.versionId)).toEqual(['3', '2', '1']);
    await repository.deleteResource('Patient', created.id);
    await expect(repository.readResource('Patient', created.id)).rejects.toMatchObject({
      code: 'FHIR_DELETED',
    });
  });

  test('readReferences gives an error in the place of what is not there', async () => {
    const created = await repository.createResource(patient);
    const [there, missing] = await repository.readReferences([
      { reference: `Patient/${created.id}` },
      { reference: 'Patient/nobody' },
    ]);
    expect(there).toEqual(created);
    expect(isFhirError(missing)).toBe(true);
  });

  test('withTransaction keeps all writes or none, and sees its own', async () => {
    let inside = '';
    await expect(
      repository.withTransaction(async (transaction) => {
        inside = (await transaction.createResource(patient)).id;
        expect((await transaction.readResource('Patient', inside)).id).toBe(inside);
        await expect(
          transaction.createResource({ resourceType: 'Patient', gender: 'x' } as never),
        ).rejects.toThrow();
        throw new TypeError('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await expect(repository.readResource('Patient', inside)).rejects.toMatchObject({
      code: 'FHIR_NOT_FOUND',
    });
    const kept = await repository.withTransaction((transaction) =>
      transaction.createResource(patient),
    );
    expect((await repository.readResource('Patient', kept.id)).id).toBe(kept.id);
  });
});
