/** Waits until a condition holds. @throws TypeError after the time limit, naming what was waited for */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  limit = 60_000,
): Promise<void> {
  const end = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > end) throw new TypeError(`Waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
