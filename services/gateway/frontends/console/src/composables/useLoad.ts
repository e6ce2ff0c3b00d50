/** What a page shows while it asks, when it has it, and when it cannot. */
import { onMounted, ref, shallowRef, watch, type Ref, type WatchSource } from 'vue'
import { asProblem, type Problem } from '@api/problem'

export interface Loaded<T> {
  data: Ref<T | null>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  load: () => Promise<void>
}

/** Ask when the page opens, and again whenever one of `sources` changes. */
export function useLoad<T>(ask: () => Promise<T>, sources: WatchSource[] = []): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(true)
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
      if (mine === asked) problem.value = asProblem(error)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  onMounted(load)
  if (sources.length) watch(sources, load)
  return { data, problem, loading, load }
}
