const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}#/;
const JTI = 'urn:ietf:params:oauth:jti:';
const OWN = 'urn:x-diga-server:AccessPolicy:';

/** A rule of a policy, `<AccessPolicy id>#<entry>`, as the URN that stands in `agent.policy`. */
export function ruleUrn(rule: string): string {
  return UUID.test(rule) ? `urn:uuid:${rule}` : `${OWN}${rule}`;
}

/** A token id as the URN that stands in `agent.policy`. @see https://profiles.ihe.net/ITI/BALP/content.html */
export function tokenUrn(tokenId: string): string {
  return `${JTI}${tokenId}`;
}

/** What a value of `agent.policy` stands for; a text that is no URN is taken for a rule. */
export function readPolicyUrn(
  value: string,
): { readonly tokenId: string } | { readonly rule: string } {
  if (value.startsWith(JTI)) return { tokenId: value.slice(JTI.length) };
  if (value.startsWith(OWN)) return { rule: value.slice(OWN.length) };
  return { rule: value.replace(/^urn:uuid:/, '') };
}
