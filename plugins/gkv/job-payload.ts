/** Id that the payload of a job holds under a name. @throws TypeError when there is none */
export function readJobId(payload: unknown, name: string): string {
  const value: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, name) : undefined;
  if (typeof value !== 'string') throw new TypeError(`The payload has no ${name}`);
  return value;
}
