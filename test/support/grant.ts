import type { TestServer } from './server.ts';

/**
 * Gives an identity policies, each with its parameters, and makes the resource of the identity where there is none.
 * @param profile `Practitioner/x`
 */
export async function grant(
  server: TestServer,
  profile: string,
  policies: Readonly<Record<string, Readonly<Record<string, string>>>>,
  identity: object = {},
): Promise<void> {
  const [resourceType = '', id = ''] = profile.split('/');
  const full = server.as('full');
  if ((await full.get(profile)).status !== 200) {
    expectWritten(await full.put(profile, { resourceType, id, ...identity }));
  }
  expectWritten(
    await full.put(`ProjectMembership/${resourceType}.${id}`, {
      resourceType: 'ProjectMembership',
      id: `${resourceType}.${id}`,
      project: { reference: 'Project/test' },
      user: { reference: `User/${id}` },
      profile: { reference: profile },
      access: Object.entries(policies).map(([policy, parameters]) => ({
        policy: { reference: `AccessPolicy/${policy}` },
        ...(Object.keys(parameters).length === 0
          ? {}
          : {
              parameter: Object.entries(parameters).map(([name, reference]) => ({
                name,
                valueReference: { reference },
              })),
            }),
      })),
    }),
  );
}

function expectWritten({ status, text }: { readonly status: number; readonly text: string }): void {
  if (status !== 200 && status !== 201) throw new Error(`${String(status)} ${text}`);
}
