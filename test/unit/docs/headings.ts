/** Anchors of a Markdown document's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  return new Set(
    headingsOf(markdown).map(({ text }) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  );
}

/** Headings outside of code blocks, in their order. */
export function headingsOf(
  markdown: string,
): readonly { readonly level: number; readonly text: string }[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', text = '']) => ({
    level: marks.length,
    text,
  }));
}
