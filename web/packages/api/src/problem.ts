/** What the hub says when it refuses something: problem+json (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  /** The stable name, such as `name_taken`. */
  readonly code: string;
  /** Where in the request the trouble is, as a JSON pointer. */
  readonly pointer: string | undefined;
  readonly extra: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(text(body.detail) ?? text(body.title) ?? "The hub refused this without saying why.");
    this.name = "Problem";
    this.status = status;
    this.code = text(body.name) ?? text(body.type)?.split("/").at(-1) ?? "unknown";
    this.pointer = text(body.pointer);
    this.extra = body;
  }

  /** A problem from the body of an answer, whatever that is. */
  static from(status: number, body: unknown): Problem {
    const known = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    if (!known.detail && status >= 500) known.detail = "The hub has a fault. Try again in a moment.";
    return new Problem(status, known);
  }

  /** The hub did not answer at all. */
  static unreachable(): Problem {
    return new Problem(0, {
      name: "unreachable",
      detail: "The hub cannot be reached. Check the connection and try again.",
    });
  }

  /** The sentence for a field of a form, when the trouble is there. */
  at(pointer: string): string | undefined {
    if (this.pointer === pointer) return this.message;
    return this.errors.find(each => each.pointer === pointer)?.detail;
  }

  /** Whether one of these fields has the trouble. */
  isAbout(pointers: readonly string[]): boolean {
    return pointers.some(pointer => this.at(pointer) !== undefined);
  }

  private get errors(): { pointer?: string; detail?: string }[] {
    return Array.isArray(this.extra.errors) ? this.extra.errors : [];
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
