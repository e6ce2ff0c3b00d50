/** One request over the platform's own network call; knows neither tokens nor retries. */
import { language, translate } from '@/locale'
import { Problem } from '@api/problem'

const ORIGIN: string = import.meta.env.VITE_API_ORIGIN ?? ''
const TIMEOUT_MS = 15_000

export interface Request {
  method: string
  /** Below /api/v1, with its query. */
  path: string
  body?: unknown
  headers: Record<string, string>
}

export function send(request: Request): Promise<unknown> {
  return new Promise((resolve, reject) => {
    uni.request({
      url: `${ORIGIN}/api/v1${request.path}`,
      // WeChat knows PATCH since 2.27; the platform's types do not.
      method: request.method.toUpperCase() as UniApp.RequestOptions['method'],
      data: request.body === undefined ? undefined : JSON.stringify(request.body),
      header: { ...request.headers, 'Accept-Language': language() },
      timeout: TIMEOUT_MS,
      success: (answer) => {
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(answer.data)
        else reject(problemOf(answer.statusCode, answer.data))
      },
      fail: (failure) => {
        const timedOut = /time ?out/i.test(failure.errMsg ?? '')
        const code = timedOut ? 'timed_out' : 'no_network'
        reject(new Problem(0, code, translate(`problem.${code}`)))
      },
    })
  })
}

function problemOf(status: number, document: unknown): Problem {
  if (typeof document === 'object' && document !== null && 'code' in document) {
    const { code, detail, ...more } = document as Record<string, unknown>
    return new Problem(status, String(code), String(detail), more)
  }
  return new Problem(status, `http_${status}`, translate('problem.unexpected'))
}
