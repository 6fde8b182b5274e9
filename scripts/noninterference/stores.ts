import { seededRandom } from '../bench/random.ts';
import type { Answer } from '../../test/support/fhir-client.ts';
import { type Pair, startPair } from './pair.ts';
import { FIELD_PRINCIPALS, type Principal, rowPrincipals } from './principals.ts';
import { varyHidden } from './vary-hidden.ts';
import { OWN_PARAMETERS } from './own-parameters.ts';
import { relations } from './relations.ts';
import { fieldWorld, rowWorld, type World, type WorldResource, type WorldStep } from './world.ts';

/** Patients that the principals see. */
export const VISIBLE = ['v1', 'v2', 'v3'] as const;

/** Patients that the row principals do not see; each differs in another way (`rowWorld`). */
export const HIDDEN = ['h0', 'h1', 'h2', 'h3'] as const;

/** In what the two stores differ: in resources, or in elements of resources. */
export type Difference = 'rows' | 'fields';

/** The principals that see no difference of a kind. */
export function principalsOf(difference: Difference): readonly Principal[] {
  return difference === 'rows' ? rowPrincipals(VISIBLE) : FIELD_PRINCIPALS;
}

/** What to fill the stores with. */
export interface StoresOptions {
  readonly difference: Difference;
  readonly seed: number;
  readonly asking: readonly Principal[];
  /** Changes a policy before it is stored: a leak that must be found. */
  readonly leak?: ((policy: WorldResource) => WorldResource) | undefined;
}

/** Roles whose rules follow relations. */
const WITH_RELATIONS: ReadonlySet<string> = new Set([
  'clinician',
  'related-person',
  'integration-partner',
  'researcher',
  'n-enrolled',
  'n-pseudonymous',
]);

/** Starts two servers and fills their stores. @throws Error where a server does not take a part of its world */
export async function openStores(options: StoresOptions): Promise<Pair> {
  const pair = await startPair();
  const random = seededRandom(options.seed);
  try {
    const world =
      options.difference === 'rows'
        ? rowWorld(random, VISIBLE, HIDDEN)
        : fieldWorld(random, VISIBLE, varyHidden);
    await build(pair, world, options.asking, options.leak);
    return pair;
  } catch (error) {
    await pair.close();
    throw error;
  }
}

/** Stores the world: what both share first and in step, then what each has of its own. */
async function build(
  pair: Pair,
  world: World,
  asking: readonly Principal[],
  leak: StoresOptions['leak'],
): Promise<void> {
  // Ids of requests stand on the ledger, which patients read: what both stores share has the same ones.
  let shared = 0;
  const put = async (server: Pair['a'], resource: WorldResource, id?: string): Promise<void> => {
    const path = `${resource.resourceType}/${resource.id}`;
    const headers = id === undefined ? {} : { 'x-request-id': id };
    expectSuccess(path, await server.as('full').put(path, resource, headers));
  };
  const both = async (resource: WorldResource): Promise<void> => {
    pair.tick(1000);
    shared += 1;
    await put(pair.a, resource, `shared-${String(shared)}`);
    await put(pair.b, resource, `shared-${String(shared)}`);
  };
  const apply = async (server: Pair['a'], step: WorldStep): Promise<void> => {
    if ('put' in step) await put(server, step.put);
    else expectSuccess(step.delete, await server.as('full').delete(step.delete));
  };
  for (const principal of asking) {
    const [resourceType = '', id = ''] = principal.profile.split('/');
    if (resourceType === 'ClientApplication') await both({ resourceType, id, name: id });
    else if (resourceType === 'Practitioner') await both({ resourceType, id, active: true });
    if (principal.policy !== undefined)
      await both(leak === undefined ? principal.policy : leak(principal.policy));
  }
  for (const parameter of OWN_PARAMETERS) await both(parameter);
  pair.tick(1000);
  for (const resource of world.shared) await both(resource);
  if (asking.some(({ role }) => WITH_RELATIONS.has(role))) {
    await both({ resourceType: 'Practitioner', id: 'n-clinician', active: true });
    for (const resource of relations(VISIBLE)) await both(resource);
  }
  // What differs is written in the order of the first store, so that what a principal sees comes in one order.
  for (const step of world.only.a) await apply(pair.a, step);
  for (const step of world.only.b) await apply(pair.b, step);
  for (const { name, profile, role, parameters = {} } of asking) {
    await both({
      resourceType: 'ProjectMembership',
      id: `n-${name}`,
      project: { reference: 'Project/test' },
      user: { reference: `User/n-${name}` },
      profile: { reference: profile },
      access: [
        {
          policy: { reference: `AccessPolicy/${role}` },
          ...(Object.keys(parameters).length === 0
            ? {}
            : {
                parameter: Object.entries(parameters).map(([parameter, reference]) => ({
                  name: parameter,
                  valueReference: { reference },
                })),
              }),
        },
      ],
    });
  }
}

function expectSuccess(path: string, { status, text }: Answer): void {
  if (status >= 300) throw new Error(`${path}: ${String(status)} ${text.slice(0, 600)}`);
}
