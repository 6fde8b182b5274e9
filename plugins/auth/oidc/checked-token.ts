import type { Configuration } from 'oidc-provider';
import { accessTokenSchema } from '../tokens/access-token-schema.ts';

type Customizer = NonNullable<
  NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']
>;

/**
 * Lets no access token out that says more, or less, than one may.
 * @throws TypeError naming the claims at fault, never their values
 */
export const checkedToken: Customizer = (_ctx, _token, { payload }) => {
  const said = Object.fromEntries(
    Object.entries(payload).filter(([, value]) => value !== undefined),
  );
  const checked = accessTokenSchema.safeParse(said);
  if (checked.success) return;
  const faults = checked.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.join(' ') : issue.path.join('.'),
  );
  throw new TypeError(`An access token is not as it must be: ${faults.join(', ')}`);
};
