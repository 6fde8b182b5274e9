import { medplumError } from '../errors.ts';
import type { JsonRoute } from '../http/exchange.ts';
import { adminCaller, type AdminParts } from './admin-caller.ts';

const AT_START = 'it is done by the server when it starts';

const BY_OPERATOR = 'it is the operator’s, on the machine of the database';

/** What Medplum lets a super admin do over HTTP, and why that is not done so here. There is no super admin. */
const REASONS: Readonly<Record<string, string>> = {
  valuesets: AT_START,
  structuredefinitions: AT_START,
  searchparameters: AT_START,
  reindex: 'the operation $reindex does it under the caller’s policy',
  setpassword: 'nobody sets the password of somebody else; recovery needs two operators',
  purge: 'the operation $expunge does it, one resource at a time, on the record',
  rebuildprojectid: 'there is one project',
  removebotidjobsfromqueue: 'jobs end by themselves',
  'reconcile-db-schema-drift': BY_OPERATOR,
  setdataversion: BY_OPERATOR,
  tablesettings: BY_OPERATOR,
  vacuum: BY_OPERATOR,
  reloadcron: 'schedules are read from the Bot resources as they change',
  migrate: AT_START,
};

/** Answers what Medplum has for super admins. */
export function superRoutes(parts: AdminParts): readonly JsonRoute[] {
  return [
    {
      method: 'POST',
      path: '/admin/super/:action',
      handle: async ({ request, parameters }) => {
        await adminCaller(parts, request, undefined);
        const reason = REASONS[parameters['action'] ?? ''];
        if (reason === undefined) throw medplumError('MEDPLUM_UNKNOWN');
        throw medplumError('MEDPLUM_NOT_OFFERED', { reason });
      },
    },
    {
      method: 'GET',
      path: '/admin/super/migrations',
      handle: async ({ request }) => {
        await adminCaller(parts, request, undefined);
        throw medplumError('MEDPLUM_NOT_OFFERED', { reason: AT_START });
      },
    },
  ];
}
