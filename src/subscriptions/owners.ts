import type { PrincipalClaims } from '../access/principal.ts';
import type { JsonResource } from '../storage/content.ts';
import { EXTENSIONS, type Extension, extensionsOf } from './extensions.ts';
import { invalidSubscription } from './invalid.ts';

/** Owners that one Subscription may have. */
const MAX_OWNERS = 10;

/** The owners that stand in a stored Subscription. */
export function ownersOf(resource: JsonResource): readonly PrincipalClaims[] {
  return extensionsOf(resource)
    .filter(({ url }) => url === EXTENSIONS.owner)
    .map((owner) => {
      const part = (name: string): string | undefined => {
        const found = owner.extension?.find(({ url }) => url === name);
        return typeof found?.['valueString'] === 'string' ? found['valueString'] : undefined;
      };
      const clientId = part('client');
      const acr = part('acr');
      const patient = part('patient');
      return {
        reference: part('reference') ?? '',
        ...(clientId === undefined
          ? {}
          : {
              token: {
                clientId,
                tokenId: part('token') ?? '',
                scope: part('scope') ?? '',
                ...(acr === undefined ? {} : { acr }),
                ...(patient === undefined ? {} : { patient }),
              },
            }),
      };
    });
}

/**
 * The owners after a write. Whoever changes what is sent or where to joins them and nobody leaves, so that nobody gets
 * what another may see by writing into another's Subscription.
 * @param changed false where the write only switches it on or off
 * @throws FhirError `SUBSCRIPTION_INVALID` where there would be too many
 */
export function nextOwners(
  previous: readonly PrincipalClaims[],
  writer: PrincipalClaims,
  changed: boolean,
): readonly PrincipalClaims[] {
  const known = previous.some((owner) => sameClaims(owner, writer));
  if (!changed || known) return previous;
  if (previous.length >= MAX_OWNERS)
    throw invalidSubscription('too many have changed it; create it anew', '');
  return [...previous, writer];
}

/** Two tokens of one client with the same scope, authentication and launch context give the same access. */
export function sameClaims(a: PrincipalClaims, b: PrincipalClaims): boolean {
  return (
    a.reference === b.reference &&
    a.token?.clientId === b.token?.clientId &&
    a.token?.scope === b.token?.scope &&
    a.token?.acr === b.token?.acr &&
    a.token?.patient === b.token?.patient
  );
}

/** An owner as it is stored. */
export function ownerExtension({ reference, token }: PrincipalClaims): Extension {
  const parts: readonly (readonly [string, string])[] = [
    ['reference', reference],
    ...(token === undefined
      ? []
      : ([
          ['client', token.clientId],
          ['token', token.tokenId],
          ['scope', token.scope],
          ['acr', token.acr ?? ''],
          ['patient', token.patient ?? ''],
        ] as const)),
  ];
  return {
    url: EXTENSIONS.owner,
    extension: parts
      .filter(([, value]) => value !== '')
      .map(([url, valueString]) => ({ url, valueString })),
  };
}
