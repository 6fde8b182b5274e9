import { hash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { explainConfig } from '../config/explain.ts';
import type { AuditRow } from './audit-row.ts';

/** What is said of a server on its ledger. */
export interface ServerFacts {
  /** FHIR reference of the server. */
  readonly reference: string;
  readonly version: string;
  readonly plugins: readonly string[];
  readonly bots: readonly string[];
  readonly config: Config;
}

const APPLICATION_ACTIVITY = '110100';
const SECURITY_ALERT = '110113';

/**
 * The rows of a start: that the server runs, and with which software and configuration. The digest is over all settings
 * with their secrets left out, so that two starts can be compared and nothing is given away.
 * @param recorded FHIR instant
 */
export function startRows(facts: ServerFacts, recorded: string): readonly AuditRow[] {
  const { version, plugins, bots, config } = facts;
  const settings = explainConfig({ config, sourceOf: () => '' })
    .map(({ key, value }) => `${key}=${value}`)
    .sort();
  const digest = hash('sha256', settings.join('\n'), 'hex');
  const software = [
    `diga-server ${version}`,
    `mode ${config.mode}`,
    `plugins ${plugins.join(', ') || 'none'}`,
    `bots ${bots.join(', ') || 'none'}`,
    `configuration sha256:${digest}`,
  ].join('; ');
  return [
    row(facts, recorded, APPLICATION_ACTIVITY, '110120', 'The server has started'),
    row(facts, recorded, SECURITY_ALERT, '110131', software),
  ];
}

/** The row of an orderly stop; a process that was killed has none. @param recorded FHIR instant */
export function stopRow(facts: ServerFacts, recorded: string): AuditRow {
  return row(facts, recorded, APPLICATION_ACTIVITY, '110121', 'The server stops');
}

function row(
  { reference }: ServerFacts,
  recorded: string,
  securityType: string,
  securitySubtype: string,
  detail: string,
): AuditRow {
  return {
    recorded,
    interaction: 'security',
    outcome: 0,
    agent: reference,
    roles: reference.slice(reference.indexOf('/') + 1),
    requestId: '',
    securityType,
    securitySubtype,
    detail,
  };
}
