import { randomUUID } from 'node:crypto';
import { formatSearchQuery, type SearchRequest as MedplumSearch, type WithId } from '@medplum/core';
import {
  type CreateResourceOptions,
  type DeleteResourceOptions,
  FhirRepository,
  type UpdateResourceOptions,
} from '@medplum/fhir-router';
import type { Bundle, Parameters, Reference, Resource } from '@medplum/fhirtypes';
import { parseQuery } from '../search/parse-query.ts';
import { parseSearch } from '../search/parse.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { readHistory } from '../storage/repository/history/history.ts';
import { readNamedVersion } from '../storage/repository/reading/vread.ts';
import { readResource } from '../storage/repository/reading/read.ts';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import { searchResources } from '../storage/repository/searching/search.ts';
import {
  createResource,
  deleteResource,
  patchResource,
  updateResource,
} from '../storage/repository/writing/write.ts';
import { inTransaction } from '../storage/transaction-store.ts';
import { fhirError } from '../outcome/codes.ts';
import { patchOf } from './patch/read-patch.ts';
import type { FhirSettings } from './request.ts';

/**
 * The door to clinical data in the form of Medplum's `FhirRepository`, so that what is written against that class
 * (FhirRouter, its GraphQL, Medplum's own operations) runs on this store, under the principal of the context.
 */
export class MedplumRepository extends FhirRepository {
  readonly #store: ClinicalStore;
  readonly #context: AccessContext;
  readonly #settings: Pick<FhirSettings, 'defaultCount' | 'maxCount'>;

  constructor(
    store: ClinicalStore,
    context: AccessContext,
    settings: Pick<FhirSettings, 'defaultCount' | 'maxCount'>,
  ) {
    super();
    this.#store = store;
    this.#context = context;
    this.#settings = settings;
  }

  /** Reads and writes go to the same database; there is nothing to choose. */
  setMode(): void {
    return;
  }

  generateId(): string {
    return randomUUID();
  }

  async createResource<T extends Resource>(
    resource: T,
    options?: CreateResourceOptions,
  ): Promise<WithId<T>> {
    const id = options?.assignedId === true ? resource.id : undefined;
    return parsed(await createResource(this.#store, this.#context, input(resource), id));
  }

  async readResource<T extends Resource>(resourceType: string, id: string): Promise<WithId<T>> {
    return parsed(await readResource(this.#store, this.#context, resourceType, id));
  }

  async readReference<T extends Resource>(reference: Reference<T>): Promise<WithId<T>> {
    const [type, id, ...rest] = (reference.reference ?? '').split('/');
    if (
      type === undefined ||
      id === undefined ||
      rest.length > 0 ||
      !this.#store.definitions.isResourceType(type)
    ) {
      throw fhirError('FHIR_NOT_FOUND', { reference: (reference.reference ?? '').slice(0, 100) });
    }
    return this.readResource(type, id);
  }

  async readReferences<T extends Resource>(
    references: readonly Reference<T>[],
  ): Promise<(T | Error)[]> {
    const read = await Promise.allSettled(
      references.map((reference) => this.readReference(reference)),
    );
    return read.map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as Error),
    );
  }

  async readHistory<T extends Resource>(
    resourceType: string,
    id: string,
    options?: { readonly offset?: number; readonly limit?: number },
  ): Promise<Bundle<WithId<T>>> {
    const { offset = 0, limit = this.#settings.defaultCount } = options ?? {};
    const { versions } = await readHistory(
      this.#store,
      this.#context,
      { scope: 'instance', type: resourceType, id },
      { count: offset + limit },
    );
    return {
      resourceType: 'Bundle',
      type: 'history',
      entry: versions.slice(offset).map((version) => ({
        fullUrl: `${resourceType}/${id}`,
        request: {
          method: version.method,
          url: `${resourceType}/${id}`,
        },
        response: {
          status: '200',
          ...(version.lastUpdated === undefined
            ? {}
            : { lastModified: new Date(version.lastUpdated).toISOString() }),
        },
        ...(version.content === undefined
          ? {}
          : { resource: JSON.parse(version.content) as WithId<T> }),
      })),
    };
  }

  async readVersion<T extends Resource>(
    resourceType: string,
    id: string,
    vid: string,
  ): Promise<WithId<T>> {
    return parsed(await readNamedVersion(this.#store, this.#context, resourceType, id, vid));
  }

  async updateResource<T extends Resource>(
    resource: T,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    if (resource.id === undefined) throw fhirError('FHIR_ID_MISSING');
    return parsed(
      await updateResource(
        this.#store,
        this.#context,
        resource.id,
        input(resource),
        condition(options),
      ),
    );
  }

  async deleteResource(
    resourceType: string,
    id: string,
    options?: DeleteResourceOptions,
  ): Promise<void> {
    await deleteResource(this.#store, this.#context, resourceType, id, condition(options));
  }

  async patchResource<T extends Resource>(
    resourceType: T['resourceType'],
    id: string,
    patch: readonly unknown[] | Parameters,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    const change = patchOf(this.#store.definitions, { value: patch, exact: patch });
    return parsed(
      await patchResource(this.#store, this.#context, resourceType, id, change, condition(options)),
    );
  }

  async search<T extends Resource>(request: MedplumSearch<T>): Promise<Bundle<WithId<T>>> {
    const query = parseQuery(formatSearchQuery(request));
    const parsedRequest = parseSearch(
      this.#store.definitions,
      request.resourceType,
      query,
      this.#settings,
    );
    const page = await searchResources(this.#store, this.#context, parsedRequest);
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      ...(page.total === undefined ? {} : { total: page.total }),
      entry: page.entries.map(({ id, content }) => ({
        fullUrl: `${request.resourceType}/${id}`,
        search: { mode: 'match' },
        resource: JSON.parse(content) as WithId<T>,
      })),
    };
  }

  async searchByReference<T extends Resource>(
    request: MedplumSearch<T>,
    referenceField: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    const found = await Promise.all(
      references.map(async (reference): Promise<[string, WithId<T>[]]> => {
        const filters = [
          ...(request.filters ?? []),
          { code: referenceField, operator: 'eq' as never, value: reference },
        ];
        return [reference, await this.searchResources<T>({ ...request, filters })];
      }),
    );
    return Object.fromEntries(found);
  }

  async withTransaction<TResult>(callback: (txRepo: this) => Promise<TResult>): Promise<TResult> {
    return inTransaction(this.#store, (store) =>
      callback(new MedplumRepository(store, this.#context, this.#settings) as this),
    );
  }
}

function parsed(version: { readonly content: ShownText }): never {
  return JSON.parse(version.content) as never;
}

function input(resource: Resource): {
  readonly resource: JsonResource;
  readonly exact: JsonResource;
} {
  const json = resource as unknown as JsonResource;
  return { resource: json, exact: json };
}

function condition(options: { readonly ifMatch?: string } | undefined): {
  readonly ifMatch?: readonly string[];
} {
  return options?.ifMatch === undefined ? {} : { ifMatch: [options.ifMatch] };
}
