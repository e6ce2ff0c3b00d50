import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { writeTokens } from '@/api/tokens'
import { useLive } from '@/composables/useLive'
import { useRotating } from '@/composables/useRotating'
import { network } from '../network'

beforeEach(() => {
  vi.useFakeTimers()
  writeTokens({ access_token: 'a', refresh_token: 'r' })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the code at the door', () => {
  const scope = effectScope()
  const rotating = () => scope.run(() => useRotating(() => 'e1', () => undefined))!

  it('is asked for again as it expires, and no more once nobody looks', async () => {
    let step = 0
    const asked = network({ 'GET /events/e1/code': () => ({ code: `c${(step += 1)}`, expires_in: 4 }) })
    const shown = rotating()
    await shown.start()
    await vi.advanceTimersByTimeAsync(3_900)
    expect(shown.code.value?.code).toBe('c1')
    await vi.advanceTimersByTimeAsync(200)
    expect(shown.code.value?.code).toBe('c2')
    shown.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveLength(2)
  })

  it('is marked as old without network, and good again by itself', async () => {
    let answer: unknown = { code: 'c1', expires_in: 4 }
    network({ 'GET /events/e1/code': () => answer })
    const shown = rotating()
    await shown.start()
    answer = null
    await vi.advanceTimersByTimeAsync(4_100)
    expect([shown.code.value?.code, shown.stale.value]).toEqual(['c1', true])
    answer = { code: 'c2', expires_in: 4 }
    await vi.advanceTimersByTimeAsync(2_100)
    expect([shown.code.value?.code, shown.stale.value]).toEqual(['c2', false])
    shown.stop()
  })

  it('is taken away, and not asked for again, when it is refused', async () => {
    let answer: unknown = { code: 'c1', expires_in: 4 }
    const asked = network({ 'GET /events/e1/code': () => answer })
    const shown = rotating()
    await shown.start()
    answer = 409
    await vi.advanceTimersByTimeAsync(60_000)
    expect(shown.code.value).toBeNull()
    expect(shown.problem.value?.code).toBe('code_409')
    expect(asked).toHaveLength(2)
  })
})

describe('how many are there', () => {
  it('is asked for every few seconds where nothing streams', async () => {
    vi.stubGlobal('EventSource', undefined)
    let present = 0
    network({ 'GET /events/e1/attendance': () => ({ present: (present += 1), expected: 9, items: [], next_cursor: null }) })
    const live = effectScope().run(() => useLive(() => 'e1'))!
    await live.start()
    await vi.advanceTimersByTimeAsync(5_100)
    expect(live.figures.value).toEqual({ present: 2, expected: 9 })
    live.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(present).toBe(2)
  })

  it('is streamed by a ticket, and says when the stream is down', async () => {
    const opened: Stream[] = []
    class Stream {
      onmessage: (event: { data: string }) => void = () => undefined
      onerror: () => void = () => undefined
      readyState = 1
      constructor(readonly url: string) {
        opened.push(this)
      }
      close(): void {
        this.readyState = 2
      }
    }
    vi.stubGlobal('EventSource', Stream)
    network({ 'POST /events/e1/live-tickets': () => ({ url: '/api/v1/live-attendance?ticket=x', expires_at: '' }) })
    const live = effectScope().run(() => useLive(() => 'e1'))!
    await live.start()
    expect(opened[0]!.url).toBe('/api/v1/live-attendance?ticket=x')
    opened[0]!.onmessage({ data: '{"present":3,"expected":null}' })
    expect([live.figures.value?.present, live.live.value]).toEqual([3, true])
    opened[0]!.readyState = 2
    opened[0]!.onerror()
    expect(live.live.value).toBe(false)
    await vi.advanceTimersByTimeAsync(5_100)
    expect(opened).toHaveLength(2)
    live.stop()
    expect(opened[1]!.readyState).toBe(2)
  })
})
