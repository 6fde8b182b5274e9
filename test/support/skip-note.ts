/** Why tests on third parties' schemas, samples or packages are skipped: those are not part of this project. */
export const NO_OFFICIAL_DATA = 'the official data is not at hand';

/**
 * The end of a title: nothing, or the reason why the test is skipped here. `npm test` lists what was skipped, and
 * `.ci/run` accepts only reasons it knows.
 */
export function skipNote(reason: string | undefined): string {
  return reason === undefined ? '' : ` (skipped: ${reason})`;
}
