import type { OperationOutcome } from '@medplum/fhirtypes';
import type { ShownWrite } from '../../storage/repository/writing/shown-write.ts';
import { successOutcome } from '../respond.ts';

type Written = Pick<ShownWrite, 'type' | 'id' | 'versionId'>;

/**
 * What a create says, in the codes that HAPI users know.
 * @param matched whether the criteria of a conditional create found something; undefined without criteria
 */
export function createSuccess(result: Written, matched?: boolean): OperationOutcome {
  if (matched === true) {
    return successOutcome(
      'SUCCESSFUL_CREATE_WITH_CONDITIONAL_MATCH',
      `Nothing was created: the criteria match "${nameOf(result)}".`,
    );
  }
  return successOutcome(
    matched === undefined ? 'SUCCESSFUL_CREATE' : 'SUCCESSFUL_CREATE_NO_CONDITIONAL_MATCH',
    `Successfully created resource "${nameOf(result)}".`,
  );
}

/**
 * What an update says.
 * @param matched whether the criteria of a conditional update found something; undefined without criteria
 */
export function updateSuccess(
  result: Written & Pick<ShownWrite, 'created' | 'changed'>,
  matched?: boolean,
): OperationOutcome {
  const { created, changed } = result;
  const change = changed ? '' : '_NO_CHANGE';
  const code =
    matched === true
      ? `SUCCESSFUL_UPDATE_WITH_CONDITIONAL_MATCH${change}`
      : matched === false
        ? 'SUCCESSFUL_UPDATE_NO_CONDITIONAL_MATCH'
        : created
          ? 'SUCCESSFUL_UPDATE_AS_CREATE'
          : `SUCCESSFUL_UPDATE${change}`;
  const done = created ? 'created' : 'updated';
  return successOutcome(code, `Successfully ${done} resource "${nameOf(result)}".`);
}

/** What a patch says. */
export function patchSuccess(
  result: Written & Pick<ShownWrite, 'changed'>,
  conditional: boolean,
): OperationOutcome {
  const code = conditional ? 'SUCCESSFUL_CONDITIONAL_PATCH' : 'SUCCESSFUL_PATCH';
  return successOutcome(
    result.changed ? code : `${code}_NO_CHANGE`,
    `Successfully patched resource "${nameOf(result)}".`,
  );
}

/**
 * What a delete says.
 * @param target what was to be deleted: `Type/id` or `Type?criteria`
 */
export function deleteSuccess(deleted: number, target: string): OperationOutcome {
  if (deleted === 0) {
    return successOutcome(
      'SUCCESSFUL_DELETE_NOT_FOUND',
      `Not deleted, resource ${target} does not exist.`,
    );
  }
  return successOutcome(
    'SUCCESSFUL_DELETE',
    `Successfully deleted ${String(deleted)} resource(s).`,
  );
}

function nameOf({ type, id, versionId }: Written): string {
  return `${type}/${id}/_history/${versionId}`;
}
