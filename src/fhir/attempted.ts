import type { Access } from '../storage/access-context.ts';
import type { Route } from './route.ts';

/** Codes of http://hl7.org/fhir/restful-interaction where those of the routes differ. */
const INTERACTIONS: Readonly<Partial<Record<Route['kind'], string>>> = {
  search: 'search-type',
  'search-compartment': 'search-type',
  history: 'history-instance',
  bundle: 'batch',
  'conditional-update': 'update',
  'conditional-patch': 'patch',
  'conditional-delete': 'delete',
  'export-status': 'operation:export',
  'export-cancel': 'operation:export',
  'export-file': 'operation:export',
  'import-status': 'operation:import',
  'import-cancel': 'operation:import',
  'import-file': 'operation:import',
  'job-status': 'operation:execute',
  'job-cancel': 'operation:execute',
};

/** Names of operations that may stand on the ledger: a path can hold anything. */
const NAME = /^[a-z][a-z0-9-]{0,47}$/;

/** What a request asked for, as far as its route tells: what the caller named, and nothing that the store knows. */
export function attempted(route: Route): Access {
  const target = {
    ...('type' in route ? { type: route.type } : {}),
    ...('id' in route ? { id: route.id } : {}),
  };
  if (route.kind === 'operation') {
    const interaction = NAME.test(route.name) ? `operation:${route.name}` : 'operation';
    return { ...target, interaction };
  }
  const interaction = INTERACTIONS[route.kind] ?? route.kind;
  if (!('type' in route)) {
    const { id } = target;
    if (interaction.startsWith('operation:') && id !== undefined) {
      const name = interaction.slice('operation:'.length);
      return { interaction, query: name === 'execute' ? `job/${id}` : `bulkdata/${name}/${id}` };
    }
    return { interaction };
  }
  return { ...target, interaction };
}
