/** A list that comes page by page. */
import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@api/problem'

interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export function usePages<T>(ask: (cursor: string | undefined) => Promise<Page<T>>) {
  const items = shallowRef<T[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const more = ref<string | null>(null)
  let round = 0

  async function fetch(cursor: string | undefined): Promise<void> {
    const mine = (round += 1)
    loading.value = true
    try {
      const page = await ask(cursor)
      if (mine !== round) return
      items.value = cursor ? [...(items.value ?? []), ...page.items] : page.items
      more.value = page.next_cursor
      problem.value = null
    } catch (error) {
      if (mine === round) problem.value = asProblem(error)
    } finally {
      if (mine === round) loading.value = false
    }
  }

  return {
    items,
    problem,
    loading,
    more,
    load: () => fetch(undefined),
    loadMore: () => (more.value && !loading.value ? fetch(more.value) : Promise.resolve()),
  }
}
