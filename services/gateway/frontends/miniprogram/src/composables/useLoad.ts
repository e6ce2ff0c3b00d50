/** What a page shows while it asks, when it has it, and when it cannot. */
import { ref, shallowRef, type Ref } from 'vue'
import { asProblem, type Problem } from '@api/problem'
import { useSession } from '@/stores/session'

export interface Loaded<T> {
  data: Ref<T | null>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  load: () => Promise<void>
}

export function useLoad<T>(ask: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  let asked = 0

  async function load(): Promise<void> {
    const mine = (asked += 1)
    loading.value = true
    try {
      const answer = await ask()
      // A slow answer to an older question must not replace a newer one.
      if (mine !== asked) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine !== asked) return
      problem.value = asProblem(error)
      if (problem.value.status === 401) useSession().lookAgain()
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  return { data, problem, loading, load }
}
