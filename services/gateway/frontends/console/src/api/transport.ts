/** One request over the browser's fetch; knows neither tokens nor retries. */
import { language, words } from '@/locale'
import { Problem } from '@api/problem'

const TIMEOUT_MS = 30_000

export interface Request {
  method: string
  /** Below /api/v1, with its query. */
  path: string
  body?: string | FormData
  headers: Record<string, string>
}

/** Return the answer itself, of a status in the 200s. @throws {Problem} */
export async function send(request: Request): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(`/api/v1${request.path}`, {
      method: request.method.toUpperCase(),
      body: request.body,
      headers: { ...request.headers, 'Accept-Language': language.value },
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (failure) {
    const code = failure instanceof DOMException && failure.name === 'TimeoutError' ? 'timed_out' : 'no_network'
    throw new Problem(0, code, words.value.problem[code])
  }
  if (answer.ok) return answer
  throw problemOf(answer.status, await answer.json().catch(() => null))
}

function problemOf(status: number, document: unknown): Problem {
  if (typeof document === 'object' && document !== null && 'code' in document) {
    const { code, detail, ...more } = document as Record<string, unknown>
    return new Problem(status, String(code), String(detail), more)
  }
  return new Problem(status, `http_${status}`, words.value.problem.unexpected)
}
