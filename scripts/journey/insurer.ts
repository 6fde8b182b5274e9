import { hold } from './step.ts';

/** A message that the insurer got, and what became of it. */
export interface Exchange {
  readonly freischaltcode?: string;
  readonly invoiceNumber?: string;
  readonly result: string;
}

/** The stand-in of the Krankenkassen, as whoever is insured and whoever looks on see it. */
export interface Insurer {
  /** A fresh Freischaltcode. */
  issueCode(digaVeId: string): Promise<string>;
  exchanges(): Promise<readonly Exchange[]>;
}

/** @param url such as `http://127.0.0.1:8104` */
export function insurer(url: string): Insurer {
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/sandbox/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    hold(response.ok, `The stand-in of the insurers answers ${String(response.status)}`);
    return response.json();
  };
  return {
    async issueCode(digaVeId) {
      const { code } = (await ask('codes', { digaVeId })) as { code: string };
      return code;
    },
    async exchanges() {
      const { exchanges } = (await ask('exchanges')) as { exchanges: readonly Exchange[] };
      return exchanges;
    },
  };
}
