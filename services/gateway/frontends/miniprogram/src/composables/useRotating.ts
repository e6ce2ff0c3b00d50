/** The code to show at the door, asked for again whenever it expires. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { Answer } from '@api/paths'
import { asProblem, type Problem } from '@api/problem'
import { ask } from '@/api/request'

export type Code = Answer<'get', '/api/v1/events/{event_id}/code'>

const SOONEST_MS = 500
const AGAIN_MS = 2_000

export function useRotating(eventId: () => string, sessionId: () => string | undefined) {
  const code = shallowRef<Code | null>(null)
  const problem = shallowRef<Problem | null>(null)
  /** Shown longer than it is good: nobody can check in with it. */
  const stale = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let round = 0

  async function start(): Promise<void> {
    stop()
    const mine = round
    let wait = AGAIN_MS
    try {
      const given = await ask('get', '/api/v1/events/{event_id}/code', {
        path: { event_id: eventId() },
        query: { session_id: sessionId() },
      })
      if (mine !== round) return
      code.value = given
      problem.value = null
      stale.value = false
      wait = Math.max(SOONEST_MS, given.expires_in * 1000)
    } catch (error) {
      if (mine !== round) return
      problem.value = asProblem(error)
      stale.value = code.value !== null
      if (!problem.value.isPassing) {
        code.value = null
        return
      }
    }
    timer = setTimeout(() => void start(), wait)
  }

  function stop(): void {
    round += 1
    clearTimeout(timer)
  }

  onScopeDispose(stop)
  return { code, problem, stale, start, stop }
}
