import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import {
  allowsOperation,
  INTERACTIONS,
  type Interaction,
  isGranted,
  type RoleFile,
  shippedRoles,
} from './matrix.ts';

let server: TestServer;
let types: readonly string[];
const roles = await shippedRoles();

/** Identity of each role: the type that the role is for. */
function profileOf({ id }: RoleFile): string {
  const type =
    id === 'patient' || id === 'related-person'
      ? { patient: 'Patient', 'related-person': 'RelatedPerson' }[id]
      : id.startsWith('integration')
        ? 'ClientApplication'
        : 'Practitioner';
  return `${type}/m-${id}`;
}

function identity(reference: string): object {
  const [resourceType = '', id = ''] = reference.split('/');
  if (resourceType === 'ClientApplication') return { resourceType, id, name: 'Matrix' };
  if (resourceType === 'RelatedPerson')
    return { resourceType, id, active: true, patient: { reference: 'Patient/patient-a' } };
  return { resourceType, id, active: true };
}

/** What some roles want of their membership; without a value their entries allow nothing. */
const PARAMETERS = [
  { name: 'partner', valueReference: { reference: 'Organization/m-partner' } },
  { name: 'study', valueReference: { reference: 'Group/m-study' } },
];

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  for (const role of roles) {
    const profile = profileOf(role);
    expect((await full.put(profile, identity(profile))).status).toBeLessThan(300);
    const membership = {
      resourceType: 'ProjectMembership',
      id: `m-${role.id}`,
      project: { reference: 'Project/test' },
      user: { reference: `User/m-${role.id}` },
      profile: { reference: profile },
      access: [{ policy: { reference: `AccessPolicy/${role.id}` }, parameter: PARAMETERS }],
    };
    expect((await full.put(`ProjectMembership/m-${role.id}`, membership)).status).toBe(201);
  }
  const { rest } = (await server.anonymous().get('metadata')).json<{
    rest: { resource: { type: string }[] }[];
  }>();
  types = (rest[0]?.resource ?? []).map(({ type }) => type);
}, 90_000);
afterAll(() => server.close(), 30_000);

/** A cell as a request that no data decides: what is asked for does not exist, what is sent is not valid. */
function requestOf(type: string, interaction: Interaction): Request {
  const invalid = { resourceType: type, id: 'nowhere', 'no-such-element': true };
  switch (interaction) {
    case 'read':
      return { method: 'GET', url: `${type}/nowhere` };
    case 'vread':
      return { method: 'GET', url: `${type}/nowhere/_history/1` };
    case 'history':
      return { method: 'GET', url: `${type}/nowhere/_history` };
    case 'search':
      return { method: 'GET', url: `${type}?_id=nowhere` };
    case 'create': {
      const { id: _id, ...body } = invalid;
      return { method: 'POST', url: type, resource: body };
    }
    case 'update':
      return { method: 'PUT', url: `${type}/nowhere`, resource: invalid };
    case 'delete':
      return { method: 'DELETE', url: `${type}/nowhere` };
  }
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly resource?: object;
}

/** The ledger is written by nobody, Binary searched by nobody: these are 405 for all, whatever a file says. */
function nobodyMay(type: string, interaction: Interaction): boolean {
  if (type === 'Binary') return interaction === 'search';
  return (
    type === 'AuditEvent' &&
    ['create', 'update', 'delete', 'vread', 'history'].includes(interaction)
  );
}

type Outcome = 'denied' | 'allowed' | 'nobody';

function expected(role: RoleFile, type: string, interaction: Interaction): Outcome {
  if (nobodyMay(type, interaction)) return 'nobody';
  return isGranted(role, type, interaction) ? 'allowed' : 'denied';
}

/** 403 tells about the policy alone; everything else that is below 500 tells that the policy let the request through. */
function outcomeOf(status: number): Outcome | number {
  if (status === 403) return 'denied';
  if (status === 405) return 'nobody';
  return status < 500 && status !== 401 ? 'allowed' : status;
}

interface Cell {
  readonly cell: string;
  readonly outcome: Outcome | number;
}

const cells = (): (readonly [type: string, interaction: Interaction])[] =>
  types.flatMap((type) => INTERACTIONS.map((interaction) => [type, interaction] as const));

/** Cells whose outcome is not the one that the file says. */
function wrong(role: RoleFile, found: readonly Cell[]): readonly string[] {
  return cells().flatMap(([type, interaction], index) => {
    const cell = found[index];
    const want = expected(role, type, interaction);
    return cell?.outcome === want
      ? []
      : [`${type} ${interaction}: ${String(cell?.outcome)}, not ${want}`];
  });
}

async function overRest(client: FhirClient): Promise<readonly Cell[]> {
  const found: Cell[] = [];
  for (const [type, interaction] of cells()) {
    const { method, url, resource } = requestOf(type, interaction);
    const { status } = await client.send(
      method,
      url,
      resource === undefined ? {} : { body: resource },
    );
    found.push({ cell: `${type} ${interaction}`, outcome: outcomeOf(status) });
  }
  return found;
}

async function overBatch(client: FhirClient): Promise<readonly Cell[]> {
  const requests = cells().map(([type, interaction]) => ({
    cell: `${type} ${interaction}`,
    ...requestOf(type, interaction),
  }));
  const found: Cell[] = [];
  for (let from = 0; from < requests.length; from += 200) {
    const part = requests.slice(from, from + 200);
    const entry = part.map(({ method, url, resource }) => ({
      request: { method, url },
      ...(resource === undefined ? {} : { resource }),
    }));
    const answer = await client.post('', { resourceType: 'Bundle', type: 'batch', entry });
    const answers = answer.json<{ entry: { response: { status: string } }[] }>().entry;
    answers.forEach(({ response }, index) =>
      found.push({
        cell: part[index]?.cell ?? '',
        outcome: outcomeOf(Number(response.status.slice(0, 3))),
      }),
    );
  }
  return found;
}

/** Binaries are searched by nobody; the ledger is searched by itself, never together with other types. */
const NOT_AMONG_OTHERS: ReadonlySet<string> = new Set(['Binary', 'AuditEvent']);

/** Types that a surface shows to the role; each surface has to agree with the file. */
async function graphqlTypes(client: FhirClient): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const type of types) {
    if (NOT_AMONG_OTHERS.has(type)) continue;
    const query = `{ ${type}List(_id: "nowhere") { id } }`;
    const answer = await client.send('POST', '$graphql', {
      body: { query },
      headers: { 'content-type': 'application/json' },
    });
    const denied = answer.status === 403 || answer.text.includes('ACCESS_DENIED');
    if (!denied) shown.push(type);
  }
  return shown;
}

async function systemSearchTypes(client: FhirClient): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const type of types) {
    if (NOT_AMONG_OTHERS.has(type)) continue;
    const { status } = await client.get(`?_type=${type}&_id=nowhere`);
    if (outcomeOf(status) === 'allowed') shown.push(type);
  }
  return shown;
}

const searchable = (role: RoleFile): readonly string[] =>
  types.filter((type) => !NOT_AMONG_OTHERS.has(type) && isGranted(role, type, 'search'));

describe.each(roles.map((role) => [role.id, role] as const))('role %s', (_id, role) => {
  const client = (): FhirClient => server.asProfile(profileOf(role), 'user/*.cruds');

  test('[R-031] [R-035] REST: each type and interaction is what the file of the role says', async () => {
    expect(wrong(role, await overRest(client()))).toEqual([]);
  }, 120_000);

  test('[R-120] batch: each entry is judged as the same request alone', async () => {
    expect(wrong(role, await overBatch(client()))).toEqual([]);
  }, 120_000);

  test('[R-121] GraphQL shows the types that may be searched', async () => {
    expect(await graphqlTypes(client())).toEqual(searchable(role));
  }, 120_000);

  test('[R-121] a search of the system shows the types that may be searched', async () => {
    expect(await systemSearchTypes(client())).toEqual(searchable(role));
  }, 120_000);

  test('[R-121] $export is for those who may call it', async () => {
    const type = searchable(role)[0] ?? 'Patient';
    const { status } = await client().get(`$export?_type=${type}`, {
      prefer: 'respond-async',
      accept: 'application/fhir+json',
    });
    expect(status === 403 ? 'denied' : 'allowed').toBe(
      allowsOperation(role, 'export') ? 'allowed' : 'denied',
    );
  });
});

test('AuditEvents are not reached through the search of other types', async () => {
  const system = await server.as('full').get('?_type=AuditEvent&_id=nowhere');
  expect([system.status, system.codes()]).toEqual([400, ['SEARCH_INVALID_CONTROL']]);
});

test('whoever has no role is denied every cell', async () => {
  const client = server.as('nobody');
  for (const [type, interaction] of cells()) {
    if (nobodyMay(type, interaction)) continue;
    const { method, url, resource } = requestOf(type, interaction);
    const { status } = await client.send(
      method,
      url,
      resource === undefined ? {} : { body: resource },
    );
    expect([type, interaction, status]).toEqual([type, interaction, 403]);
  }
}, 60_000);
