/** The 64 characters of a FHIR id; the place of each is the number that ciphers calculate with. */
const SYMBOLS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.';

const PLACES: ReadonlyMap<string, number> = new Map(
  Array.from(SYMBOLS, (symbol, place) => [symbol, place] as const),
);

/** The id of some numbers from 0 to 63. @see https://hl7.org/fhir/R4/datatypes.html#id */
export function idOfPlaces(places: readonly number[]): string {
  return places.map((place) => SYMBOLS[place & 63]).join('');
}

/** The numbers of the characters of an id; undefined where one is no character of an id. */
export function placesOfId(id: string): readonly number[] | undefined {
  const places: number[] = [];
  for (const symbol of id) {
    const place = PLACES.get(symbol);
    if (place === undefined) return undefined;
    places.push(place);
  }
  return places;
}
