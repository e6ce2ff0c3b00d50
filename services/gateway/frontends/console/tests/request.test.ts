import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@api/problem'
import { ask } from '@/api/request'
import { readTokens, writeTokens } from '@/api/tokens'

interface Sent {
  url: string
  method: string
  headers: Record<string, string>
  body: string | null
}

let sent: Sent[]
let answers: (request: Sent) => Response

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
const refused = (status: number, code: string): Response => json({ status, code, detail: `why ${code}`, errors: { json: { name: ['Too long.'] } } }, status)

beforeEach(() => {
  sent = []
  writeTokens({ access_token: 'old', refresh_token: 'r1' })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const request = { url, method: String(init.method), headers: init.headers as Record<string, string>, body: init.body as string | null }
    sent.push(request)
    return answers(request)
  })
})
afterEach(() => vi.unstubAllGlobals())

const oldIsRefused = (request: Sent): Response => {
  if (request.url.endsWith('/auth/refresh')) return json({ access_token: 'new', refresh_token: 'r2', expires_in: 600 })
  return request.headers.Authorization === 'Bearer new' ? json({ ok: true }) : refused(401, 'token_expired')
}

describe('the door to the network', () => {
  it('renews a token that is too old once, however many requests found it so', async () => {
    answers = oldIsRefused
    await Promise.all([ask('get', '/api/v1/me'), ask('get', '/api/v1/rules'), ask('get', '/api/v1/me')])
    expect(sent.filter((each) => each.url.endsWith('/auth/refresh'))).toHaveLength(1)
    expect(readTokens()?.refresh_token).toBe('r2')
  })

  it('sends a POST again under the same key after a new token', async () => {
    answers = oldIsRefused
    await ask('post', '/api/v1/proofs')
    const keys = sent.filter((each) => each.url.endsWith('/proofs')).map((each) => each.headers['Idempotency-Key'])
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('forgets a session that is over, and says so', async () => {
    answers = () => refused(401, 'session_over')
    await expect(ask('get', '/api/v1/me')).rejects.toMatchObject({ code: 'sign_in_needed' })
    expect(readTokens()).toBeNull()
  })

  it('keeps the session when nobody answers for a moment', async () => {
    answers = (request) => (request.url.endsWith('/auth/refresh') ? refused(503, 'service_away') : refused(401, 'token_expired'))
    await expect(ask('get', '/api/v1/me')).rejects.toMatchObject({ status: 503 })
    expect(readTokens()).not.toBeNull()
  })

  it('fills in the address, leaves out what is not asked, and names the version seen', async () => {
    answers = () => json({})
    await ask('get', '/api/v1/members', { query: { q: '王 &', organisation_id: '', limit: 50 } })
    expect(sent[0]!.url).toBe(`/api/v1/members?q=${encodeURIComponent('王').replace(/%20/g, '+')}+%26&limit=50`)
    await ask('patch', '/api/v1/rule-sets/{rule_set_id}', { path: { rule_set_id: 'a/b' }, body: { name: 'x' }, ifMatch: 3 })
    expect(sent[1]!.url).toBe('/api/v1/rule-sets/a%2Fb')
    expect(sent[1]!.headers['If-Match']).toBe('"3"')
  })

  it('tells what was refused by field, without the places of the request', async () => {
    answers = () => refused(422, 'validation')
    const problem = await ask('get', '/api/v1/me').catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).fields).toEqual({ name: 'Too long.' })
    expect((problem as Problem).detail).toBe('why validation')
  })
})
