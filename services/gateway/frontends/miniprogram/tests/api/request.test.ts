import { beforeEach, describe, expect, it } from 'vitest'
import { Problem } from '@api/problem'
import { ask } from '@/api/request'
import { readTokens, writeTokens } from '@/api/tokens'

interface Sent {
  url: string
  method: string
  header: Record<string, string>
  data?: string
  success: (answer: { statusCode: number; data: unknown }) => void
  fail: (failure: { errMsg: string }) => void
}

let sent: Sent[] = []

beforeEach(() => {
  sent = []
  uni.request = ((request: Sent) => {
    sent.push(request)
  }) as unknown as typeof uni.request
  writeTokens({ access_token: 'old', refresh_token: 'r1' })
})

const settle = () => new Promise((resolve) => setTimeout(resolve))
const answer = (at: number, statusCode: number, data: unknown) => sent[at]!.success({ statusCode, data })
const expired = { code: 'token_expired', detail: '登录已过期' }
const renewed = { access_token: 'new', refresh_token: 'r2', expires_in: 600 }

describe('the door', () => {
  it('fills in the address, the query, the token and the language', async () => {
    const asked = ask('get', '/api/v1/events/{event_id}', { path: { event_id: 'a b' } })
    await settle()
    answer(0, 200, { id: 'a b' })
    expect(await asked).toEqual({ id: 'a b' })
    expect(sent[0]!.url).toBe('/api/v1/events/a%20b')
    expect(sent[0]!.header).toMatchObject({ Authorization: 'Bearer old', 'Accept-Language': 'zh-CN' })
  })

  it('renews the token once for all that were refused, and sends each again', async () => {
    const asked = [ask('get', '/api/v1/me'), ask('get', '/api/v1/me/points'), ask('get', '/api/v1/me/home')]
    await settle()
    for (const at of [0, 1, 2]) answer(at, 401, expired)
    await settle()
    expect(sent.map((request) => request.url).filter((url) => url.endsWith('/auth/refresh'))).toHaveLength(1)
    answer(3, 200, renewed)
    await settle()
    expect(sent.slice(4).map((request) => request.header.Authorization)).toEqual(Array(3).fill('Bearer new'))
    for (const at of [4, 5, 6]) answer(at, 200, { at })
    expect(await Promise.all(asked)).toEqual([{ at: 4 }, { at: 5 }, { at: 6 }])
    expect(readTokens()).toEqual({ access_token: 'new', refresh_token: 'r2' })
  })

  it('sends a creation again under the key of the first time', async () => {
    const asked = ask('post', '/api/v1/claims', { body: {} as never })
    await settle()
    answer(0, 401, expired)
    await settle()
    answer(1, 200, renewed)
    await settle()
    const keys = [sent[0], sent[2]].map((request) => request!.header['Idempotency-Key'])
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(keys[1]).toBe(keys[0])
    answer(2, 201, {})
    await asked
  })

  it('forgets a session that is over, and keeps one that nobody answered for', async () => {
    const first = ask('get', '/api/v1/me').catch((problem: Problem) => problem)
    await settle()
    answer(0, 401, expired)
    await settle()
    sent[1]!.fail({ errMsg: 'request:fail' })
    expect(await first).toMatchObject({ code: 'no_network', isPassing: true })
    expect(readTokens()).not.toBeNull()

    const second = ask('get', '/api/v1/me').catch((problem: Problem) => problem)
    await settle()
    answer(2, 401, expired)
    await settle()
    answer(3, 401, { code: 'refresh_invalid', detail: '请重新登录' })
    expect(await second).toMatchObject({ status: 401, code: 'sign_in_needed' })
    expect(readTokens()).toBeNull()
  })

  it('says what the server says of a refusal, and what the phone knows of silence', async () => {
    const refused = ask('get', '/api/v1/me').catch((problem: Problem) => problem)
    await settle()
    answer(0, 409, { code: 'too_early', detail: '签到尚未开始', opens_at: 'x' })
    expect(await refused).toMatchObject({ status: 409, code: 'too_early', detail: '签到尚未开始', more: { opens_at: 'x' } })
    const silent = ask('get', '/api/v1/me').catch((problem: Problem) => problem)
    await settle()
    sent[1]!.fail({ errMsg: 'request:fail timeout' })
    expect(await silent).toMatchObject({ status: 0, code: 'timed_out' })
  })
})
