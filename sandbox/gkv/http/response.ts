/** What a route answers; `undefined` as a whole means that the request is left hanging. */
export interface SandboxResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

export function json(status: number, value: unknown): SandboxResponse {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` };
}

export function plain(status: number, text: string): SandboxResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}
