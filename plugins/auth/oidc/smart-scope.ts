import { smartScope } from '../../../src/plugin/sdk.ts';

/**
 * True if one of the allowed scopes covers all that the wanted one asks for. A search in the allowed one must stand in the
 * wanted one too; more of it only narrows.
 */
export function isCovered(wanted: string, allowed: readonly string[]): boolean {
  const asked = smartScope(wanted);
  if (asked === undefined) return false;
  return allowed.map(smartScope).some((scope) => {
    if (scope?.context !== asked.context) return false;
    if (scope.type !== '*' && scope.type !== asked.type) return false;
    const narrower = scope.search.every(([name, value]) =>
      asked.search.some((one) => one[0] === name && one[1] === value),
    );
    return narrower && [...asked.letters].every((letter) => scope.letters.includes(letter));
  });
}
