/** True if a file operation failed with this code of the operating system, such as `ENOENT`. */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code: unknown = (error as { code?: unknown }).code;
  return typeof code === 'string' && codes.includes(code);
}
