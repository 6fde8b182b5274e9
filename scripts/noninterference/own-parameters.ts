import type { WorldResource } from './world.ts';

const parameter = (code: string, base: string, type: string, path: string): WorldResource => ({
  resourceType: 'SearchParameter',
  id: code,
  url: `urn:diga-server:noninterference:${code}`,
  name: code,
  status: 'active',
  description: path,
  code,
  base: [base],
  type,
  expression: `${base}.${path}`,
});

/** Search parameters that the operator has stored: over copies, stamps and what some principals do not see. */
export const OWN_PARAMETERS: readonly WorldResource[] = [
  parameter('x-display', 'Encounter', 'string', 'subject.display'),
  parameter('x-version', 'Observation', 'token', 'meta.versionId'),
  parameter('x-changed', 'Patient', 'date', 'meta.lastUpdated'),
  parameter('x-note', 'Observation', 'string', 'note.text'),
];
