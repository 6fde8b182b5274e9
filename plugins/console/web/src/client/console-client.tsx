import { ClientStorage, MedplumClient, MemoryStorage, type ProfileResource } from '@medplum/core';
import type { AccessPolicy } from '@medplum/fhirtypes';
import type { Session } from '../session/session.tsx';

/** What `GET auth/me` says about who is signed in, as far as the console uses it. */
export interface Me {
  readonly profile?: ProfileResource;
  readonly accessPolicy?: AccessPolicy;
  readonly project?: { readonly id?: string };
  readonly membership?: { readonly id?: string; readonly admin?: boolean };
  readonly security?: {
    readonly sessions?: readonly {
      readonly id: string;
      readonly lastUpdated?: string;
      readonly authMethod?: string;
      readonly browser?: string;
      readonly os?: string;
    }[];
  };
}

/**
 * Medplum's client for its components. It never holds a token: each request goes through the session. It keeps no copy of
 * answers either, so that a policy that changed shows at the next look.
 */
export class ConsoleClient extends MedplumClient {
  readonly #session: Session;
  me: Me = {};

  constructor(session: Session) {
    super({
      baseUrl: `${location.origin}/`,
      fhirUrlPath: 'fhir/R4',
      clientId: 'console',
      storage: new ClientStorage(new MemoryStorage()),
      cacheTime: 0,
      fetch: (url: string, init?: RequestInit) => session.fetch(url, init),
    });
    this.#session = session;
  }

  /** Learns who is signed in and under which policy, as far as the server tells. */
  async load(): Promise<void> {
    const response = await this.#session.fetch('/auth/me', {
      headers: { accept: 'application/json' },
    });
    if (response.ok) {
      this.me = (await response.json()) as Me;
      return;
    }
    const [type, id] = this.#session.claims?.profile?.split('/') ?? [];
    this.me =
      type === undefined || id === undefined
        ? {}
        : { profile: { resourceType: type, id } as ProfileResource };
  }

  override getProfile(): ProfileResource | undefined {
    return this.me?.profile;
  }

  override getAccessPolicy(): AccessPolicy | undefined {
    return this.me?.accessPolicy;
  }

  override isLoading(): boolean {
    return false;
  }
}
