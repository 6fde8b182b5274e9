/** An HTTP request as a document shows it. */
export interface ExampleRequest {
  readonly method: string;
  /** From the root of the server, with the query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer as a document shows it: what is not shown may be there all the same. */
export interface ExampleAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or empty where the document says nothing of a body. */
  readonly body: string;
}

/** A request of a document and the answer under it. */
export interface Example {
  /** Line of the request in the document. */
  readonly line: number;
  readonly request: ExampleRequest;
  readonly answer: ExampleAnswer;
}

const BLOCK = /^```http\n([\s\S]*?)^```$/gm;
const REQUEST_LINE = /^([A-Z]+) (\/\S*)$/;
const STATUS_LINE = /^HTTP\/1\.1 (\d{3})(?: .*)?$/;

/**
 * The `http` blocks of a Markdown document, in pairs of request and answer.
 * @throws TypeError where a block is neither, or stands alone: then the document shows something that nobody checks
 */
export function httpExamples(markdown: string): readonly Example[] {
  const blocks = [...markdown.matchAll(BLOCK)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length + 1,
    text: match[1] ?? '',
  }));
  if (blocks.length % 2 !== 0) throw new TypeError('A request or an answer stands alone');
  const examples: Example[] = [];
  for (let index = 0; index < blocks.length; index += 2) {
    const [asked, answered] = blocks.slice(index, index + 2);
    if (asked === undefined || answered === undefined) throw new TypeError('No pair');
    examples.push({
      line: asked.line,
      request: readRequest(asked.text, asked.line),
      answer: readAnswer(answered.text, answered.line),
    });
  }
  return examples;
}

function readRequest(text: string, line: number): ExampleRequest {
  const { first, headers, body } = message(text);
  const [, method, target] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined || target === undefined) {
    throw new TypeError(`Line ${String(line)} is no request line`);
  }
  return { method, target, headers, body };
}

function readAnswer(text: string, line: number): ExampleAnswer {
  const { first, headers, body } = message(text);
  const status = STATUS_LINE.exec(first)?.[1];
  if (status === undefined) throw new TypeError(`Line ${String(line)} is no status line`);
  return { status: Number(status), headers, body };
}

function message(text: string): {
  readonly first: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const [head = '', ...rest] = text.split('\n\n');
  const [first = '', ...lines] = head.trimEnd().split('\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  );
  return { first, headers, body: rest.join('\n\n').trim() };
}
