/** An answer of the server with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test names the shape it expects
  json<T = Json>(): T;
  /** Error codes of the OperationOutcome in the body. */
  codes(): readonly string[];
}

/** JSON whose shape the test knows. */
export interface Json {
  readonly [member: string]: Json;
  readonly [index: number]: Json;
}

/** What may be sent beside method and path. */
export interface Sent {
  /** Text and bytes go out as they are, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests to one server in the name of one identity. Paths are relative to the FHIR base. */
export interface FhirClient {
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  get(path: string, headers?: Sent['headers']): Promise<Answer>;
  post(path: string, body: unknown, headers?: Sent['headers']): Promise<Answer>;
  put(path: string, body: unknown, headers?: Sent['headers']): Promise<Answer>;
  patch(path: string, operations: unknown, headers?: Sent['headers']): Promise<Answer>;
  delete(path: string, headers?: Sent['headers']): Promise<Answer>;
}

/** A client for the FHIR API below `base`; without a token it sends none. */
export function fhirClient(base: string, token?: string): FhirClient {
  const send: FhirClient['send'] = async (method, path, { body, headers = {} } = {}) => {
    const payload = payloadOf(body);
    const response = await fetch(/^https?:/.test(path) ? path : `${base}/${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    });
    return answer(response.status, response.headers, await response.text());
  };
  return {
    send,
    get: (path, headers = {}) => send('GET', path, { headers }),
    post: (path, body, headers = {}) => send('POST', path, { body, headers }),
    put: (path, body, headers = {}) => send('PUT', path, { body, headers }),
    patch: (path, body, headers = {}) =>
      send('PATCH', path, {
        body,
        headers: { 'content-type': 'application/json-patch+json', ...headers },
      }),
    delete: (path, headers = {}) => send('DELETE', path, { headers }),
  };
}

function payloadOf(body: unknown): string | Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || typeof body === 'string') return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body as Uint8Array);
  return JSON.stringify(body);
}

function answer(status: number, headers: Headers, text: string): Answer {
  return {
    status,
    headers,
    text,
    json: () => JSON.parse(text) as never,
    codes: () => {
      const { issue = [] } = JSON.parse(text) as {
        issue?: { details?: { coding?: { code: string }[] } }[];
      };
      return issue.flatMap(({ details }) => details?.coding?.map(({ code }) => code) ?? []);
    },
  };
}
