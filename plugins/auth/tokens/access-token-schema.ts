import { z } from 'zod';

const reference = z.string().regex(/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/);

/**
 * Everything that an access token may say, checked when one is made and when one is shown: a claim that is not listed here
 * is refused at both places, so that nothing sensitive gets in by chance.
 * @see TR-03161-3 O.Auth_19, O.Auth_20; https://www.rfc-editor.org/rfc/rfc9068#section-2.2
 */
export const accessTokenSchema = z.strictObject({
  iss: z.url(),
  aud: z.url(),
  sub: z.string().min(1).max(200),
  jti: z.string().min(1).max(200),
  iat: z.int(),
  exp: z.int(),
  client_id: z.string().min(1).max(200),
  scope: z.string().default(''),
  /** FHIR identity. */
  profile: reference,
  /** The app is another maker's: its scopes are all it has, also where none is about resources. */
  scoped: z.literal(true).optional(),
  /** Patient that the app was launched about. */
  patient: reference.optional(),
  acr: z.string().max(200).optional(),
  amr: z.array(z.string().max(50)).max(10).optional(),
  auth_time: z.int().optional(),
  /** Leads to the revocation of the grant and nowhere else. */
  grant: z.string().max(100).optional(),
  /** Id of the login. */
  login_id: z.uuid().optional(),
  /** Key that the token is bound to. */
  cnf: z
    .union([
      z.strictObject({ jkt: z.string().length(43) }),
      z.strictObject({ 'x5t#S256': z.string().length(43) }),
    ])
    .optional(),
});

export type AccessTokenClaims = z.output<typeof accessTokenSchema>;
