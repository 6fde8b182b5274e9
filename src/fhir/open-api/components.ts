/** Any value of JSON Schema. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Media types of resources. */
const MEDIA = ['application/fhir+json', 'application/fhir+xml'] as const;

/** A reference to a part of the document. */
export const ref = (kind: string, name: string): JsonObject => ({
  $ref: `#/components/${kind}/${name}`,
});

/** Content that is a resource; of one type where it is named. */
export function resourceContent(type?: string): JsonObject {
  const schema = ref('schemas', type ?? 'Resource');
  return Object.fromEntries(MEDIA.map((media) => [media, { schema }]));
}

const header = (description: string): JsonObject => ({ description, schema: { type: 'string' } });

const path = (name: string, description: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', pattern: '^[A-Za-z0-9\\-.]{1,64}$' },
});

const field = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
});

/** The parts that operations share. */
export function components(
  types: readonly string[],
  tokenUrl: string,
  authorizeUrl: string,
): JsonObject {
  return {
    securitySchemes: {
      smart: {
        type: 'oauth2',
        flows: {
          authorizationCode: { authorizationUrl: authorizeUrl, tokenUrl, scopes: {} },
          clientCredentials: { tokenUrl, scopes: {} },
        },
      },
    },
    parameters: {
      id: path('id', 'Logical id of the resource'),
      vid: path('vid', 'Version of the resource'),
      ifMatch: field('If-Match', 'Version that must be the current one, such as W/"3"'),
      ifNoneExist: field(
        'If-None-Exist',
        'Search that must match nothing for a resource to be created',
      ),
      ifNoneMatch: field('If-None-Match', 'Version that the client has already'),
      prefer: field(
        'Prefer',
        'return=minimal, return=representation or return=OperationOutcome; handling=lenient',
      ),
    },
    headers: {
      ETag: header('Version of the resource'),
      'Last-Modified': header('When the version was made'),
      Location: header('Where the version is'),
    },
    responses: {
      error: { description: 'What went wrong', content: resourceContent('OperationOutcome') },
    },
    schemas: {
      Resource: {
        type: 'object',
        description: 'A FHIR R4 resource',
        required: ['resourceType'],
        properties: { resourceType: { type: 'string' }, id: { type: 'string' } },
      },
      ...Object.fromEntries(types.map((type) => [type, schemaOf(type)])),
    },
  };
}

function schemaOf(type: string): JsonObject {
  return {
    allOf: [ref('schemas', 'Resource')],
    properties: { resourceType: { const: type } },
    externalDocs: { url: `https://hl7.org/fhir/R4/${type.toLowerCase()}.html` },
  };
}
