/** Turns a rejection with this code into undefined, for what may be missing; every other one stays a rejection. */
export function absent(code: string): (error: unknown) => undefined {
  return (error) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === code) {
      return undefined;
    }
    throw error;
  };
}
