import { preparationSteps, type RoleSecrets } from './preparation-steps.ts';

/**
 * The preparation of a database server as a script for `psql`, for administrators who run statements themselves. It can
 * be run again.
 */
export function preparationScript(secrets: RoleSecrets, serverMajor: number): string {
  const lines = ['\\set ON_ERROR_STOP on', 'SELECT current_database() AS maintenance \\gset'];
  let connected: string | undefined;
  for (const step of preparationSteps(secrets, serverMajor)) {
    if (step.database !== connected) lines.push(`\\connect ${step.database ?? ':maintenance'}`);
    connected = step.database;
    if (step.unless === undefined) lines.push(`${step.sql};`);
    else {
      const literal = `'${step.sql.replaceAll("'", "''")}'`;
      lines.push(`SELECT ${literal} WHERE NOT EXISTS (${step.unless}) \\gexec`);
    }
  }
  return `${lines.join('\n')}\n`;
}
