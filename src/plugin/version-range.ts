type Version = readonly [major: number, minor: number, patch: number];

const RANGE = /^(\^|~|>=|)(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/;

/**
 * Whether a version lies in a range of semantic versions. Understood are `^1.2.3`, `~1.2.3`, `>=1.2.3` and `1.2.3`
 * (exactly this); pre-releases are not. Below 1.0.0 a caret allows patches only, because there every minor version may
 * break.
 * @returns undefined when the range or the version cannot be read.
 * @see https://semver.org/
 */
export function inVersionRange(version: string, range: string): boolean | undefined {
  const match = RANGE.exec(range);
  const actual = readVersion(RANGE.exec(version));
  const least = readVersion(match);
  if (match === null || least === undefined || actual === undefined) return undefined;
  const order = compare(actual, least);
  if (order < 0) return false;
  switch (match[1]) {
    case '>=':
      return true;
    case '~':
      return actual[0] === least[0] && actual[1] === least[1];
    case '^':
      return sameLine(actual, least);
    default:
      return order === 0;
  }
}

function sameLine(actual: Version, least: Version): boolean {
  const significant = least.findIndex((part) => part > 0);
  const length = significant === -1 ? least.length : significant + 1;
  return least.slice(0, length).every((part, index) => actual[index] === part);
}

function readVersion(match: RegExpExecArray | null): Version | undefined {
  return match === null ? undefined : [Number(match[2]), Number(match[3]), Number(match[4])];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
