/** What went wrong with a request, in words for the person who waits. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when nobody answered. */
    readonly status: number,
    /** Stable name of the problem; `no_network` and `timed_out` are the phone's own. */
    readonly code: string,
    /** What to do next, in the person's language. */
    readonly detail: string,
    /** Whatever else the problem document said. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${detail}`)
    this.name = 'Problem'
  }

  /** Nobody answered, or not just now: the same request may be sent again. */
  get isPassing(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, 'unexpected', String(error))
}
