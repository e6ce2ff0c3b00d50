/** A network that answers as a test says, and remembers what was asked. */
export interface Asked {
  method: string
  path: string
  body: unknown
  header: Record<string, string>
}

type Reply = (asked: Asked) => unknown

/** Answer requests by "METHOD path" (what the path begins with); a number is a status, null no network. */
export function network(replies: Record<string, Reply>): Asked[] {
  const asked: Asked[] = []
  uni.request = ((request: { url: string; method: string; data?: string; header: Record<string, string>; success: (a: unknown) => void; fail: (f: unknown) => void }) => {
    const path = request.url.replace('/api/v1', '')
    const one = { method: request.method, path, body: request.data ? JSON.parse(request.data) : undefined, header: request.header }
    asked.push(one)
    const found = Object.keys(replies).find((name) => `${request.method} ${path}`.startsWith(name))
    const answer = found ? replies[found]!(one) : 404
    queueMicrotask(() => {
      if (answer === null) request.fail({ errMsg: 'request:fail' })
      else if (typeof answer === 'number') request.success({ statusCode: answer, data: { code: `code_${answer}`, detail: `detail ${answer}` } })
      else request.success({ statusCode: 200, data: answer })
    })
  }) as unknown as typeof uni.request
  return asked
}
