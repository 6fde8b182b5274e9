import type { HumanName, PractitionerRole } from '@medplum/fhirtypes';
import { parseSearch } from '../../search/parse.ts';
import type { AccessContext } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { readCurrent, searchCurrent } from '../../storage/repository/reading/system-read.ts';
import { searchResources } from '../../storage/repository/searching/search.ts';
import type { Actor } from './sentence.ts';
import { isStaff } from './staff-code.ts';

/** Members of staff of a page whose names and organisations are looked up. */
const MOST = 100;

/**
 * Says of everybody in a page of a log what the reader may know: a code for members of staff and their organisation, and
 * the name only where the reader's own policy shows it.
 * @param agents FHIR references
 * @param patient id of the patient whose log it is
 */
export async function actorsOf(
  store: ClinicalStore,
  context: AccessContext,
  agents: ReadonlySet<string>,
  patient: string,
): Promise<ReadonlyMap<string, Actor>> {
  const staff = [...agents].filter(isStaff);
  const others = staff.filter((agent) => agent !== context.principal.reference).slice(0, MOST);
  const [names, organizations] = await Promise.all([
    namesOf(store, context, others),
    Promise.all(
      others.map(async (agent) => [agent, await organizationOf(store, agent)] as const),
    ).then((pairs) => new Map(pairs)),
  ]);
  return new Map(
    [...agents].map((agent): [string, Actor] => {
      const name = names.get(agent);
      const organization = organizations.get(agent);
      return [
        agent,
        {
          self: agent === context.principal.reference,
          patient: agent === `Patient/${patient}`,
          ...(staff.includes(agent) ? { staff: store.staffCode(patient, agent) } : {}),
          ...(name === undefined ? {} : { name }),
          ...(organization === undefined ? {} : { organization }),
        },
      ];
    }),
  );
}

/** Names of practitioners, found by a search of the reader's own: its policy decides, and it is recorded. */
async function namesOf(
  store: ClinicalStore,
  context: AccessContext,
  agents: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = agents.flatMap((agent) => /^Practitioner\/(.+)$/.exec(agent)?.[1] ?? []);
  if (ids.length === 0 || context.principal.policy.rules('Practitioner', 'search').length === 0)
    return new Map();
  const query = [['_id', ids.join(',')]] as const;
  const options = { defaultCount: ids.length, maxCount: ids.length };
  const request = parseSearch(store.definitions, 'Practitioner', query, options);
  const page = await searchResources(store, context, request);
  return new Map(
    page.entries.flatMap(({ id, content }): [string, string][] => {
      const { name } = JSON.parse(content) as { readonly name?: readonly HumanName[] };
      const text = nameText(name?.[0]);
      return text === undefined ? [] : [[`Practitioner/${id}`, text]];
    }),
  );
}

function nameText(name: HumanName | undefined): string | undefined {
  if (name === undefined) return undefined;
  const { text, prefix = [], given = [], family } = name;
  const parts = [...prefix, ...given, ...(family === undefined ? [] : [family])];
  return text ?? (parts.length === 0 ? undefined : parts.join(' '));
}

/** What the directory calls the organisation that somebody works for. */
async function organizationOf(store: ClinicalStore, agent: string): Promise<string | undefined> {
  const [type = '', id = ''] = agent.split('/');
  const roles =
    type === 'PractitionerRole'
      ? [await readCurrent(store, 'PractitionerRole', id)]
      : await searchCurrent(store, 'PractitionerRole', {
          kind: 'reference',
          param: 'practitioner',
          type: 'Practitioner',
          id,
        });
  for (const role of roles) {
    const { active, organization } = (role ?? {}) as unknown as Partial<PractitionerRole>;
    if (active === false) continue;
    const named = /^Organization\/([A-Za-z0-9\-.]{1,64})$/.exec(organization?.reference ?? '')?.[1];
    const found =
      organization?.display ??
      (named === undefined
        ? undefined
        : (await readCurrent(store, 'Organization', named))?.['name']);
    if (typeof found === 'string') return found;
  }
  return undefined;
}
