import type { TestServer } from '../../support/server.ts';

/** Makes a Bot with a policy of its own and deploys code to it. @returns its id */
export async function deployBot(
  server: Pick<TestServer, 'as'>,
  id: string,
  body: string,
  more: object = {},
  policy: readonly object[] = [],
): Promise<string> {
  const full = server.as('full');
  const written = [
    await full.put(`Bot/${id}`, { resourceType: 'Bot', id, name: id, ...more }),
    await full.put(`AccessPolicy/${id}`, {
      resourceType: 'AccessPolicy',
      id,
      ...(policy.length === 0 ? {} : { resource: policy }),
    }),
    await full.put(`ProjectMembership/${id}`, {
      resourceType: 'ProjectMembership',
      id,
      project: { reference: 'Project/test' },
      user: { reference: `Bot/${id}` },
      profile: { reference: `Bot/${id}` },
      access: [{ policy: { reference: `AccessPolicy/${id}` } }],
    }),
    await full.post(`Bot/${id}/$deploy`, {
      code: `exports.handler = async (medplum, event) => { ${body} };`,
      filename: 'index.js',
    }),
  ];
  for (const { status, text } of written) if (status > 201) throw new Error(`${id}: ${text}`);
  return id;
}
