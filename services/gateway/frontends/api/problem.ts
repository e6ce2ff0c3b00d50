/** What went wrong with a request, in words for the person who waits. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when nobody answered. */
    readonly status: number,
    /** Stable name of the problem; `no_network` and `timed_out` are the client's own. */
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

  /** Somebody else has edited the thing meanwhile. */
  get isConflict(): boolean {
    return this.status === 412
  }

  /** What is wrong with which field, as far as the server named it: `{"name_zh": "…"}`. */
  get fields(): Record<string, string> {
    const found: Record<string, string> = {}
    collect(this.more.errors, '', found)
    return found
  }
}

function collect(errors: unknown, path: string, found: Record<string, string>): void {
  if (Array.isArray(errors)) found[path] = errors.join(' ')
  else if (typeof errors === 'string') found[path] = errors
  else if (typeof errors === 'object' && errors !== null) {
    for (const [name, inner] of Object.entries(errors)) {
      // The outermost names say where in the request: json, query, files.
      const place = ['json', 'query', 'files', 'form', '_schema'].includes(name) ? path : path ? `${path}.${name}` : name
      collect(inner, place, found)
    }
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, 'unexpected', String(error))
}
