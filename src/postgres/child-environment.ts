/**
 * Environment of PostgreSQL's processes: ours stays out, because its `PG*` variables would redirect them and its secrets
 * are none of their business.
 */
export const CHILD_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};
