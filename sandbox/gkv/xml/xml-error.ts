/** A document that is no well-formed XML with namespaces, or exceeds a limit. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  /** Line of the document, from 1. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}
