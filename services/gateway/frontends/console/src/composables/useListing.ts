/** A list that the server filters and pages; what it shows stands in the address. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { asProblem, Problem } from '@api/problem'

interface Page<Row> {
  items: Row[]
  next_cursor: string | null
}

interface Paging {
  cursor: string | undefined
  limit: number
}

const TYPING_MS = 300
export const PAGE = 50

export type Listing<Row> = ReturnType<typeof useListing<Row, Record<string, string>>>

/**
 * Args: `defaults` names the filters and what they are when the address does not say; `ask` reads a page.
 */
export function useListing<Row, Filters extends Record<string, string>>(
  defaults: Filters,
  ask: (filters: Filters, paging: Paging) => Promise<Page<Row>>,
) {
  const route = useRoute()
  const router = useRouter()
  const here = route.name
  const filters = reactive({ ...defaults }) as Filters
  const rows = shallowRef<Row[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const nextCursor = ref<string | null>(null)
  // Where the pages before this one began, as far as somebody came that way.
  const behind = ref<(string | undefined)[]>([])
  let round = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const cursor = computed(() => single(route.query.cursor))
  const isFiltered = computed(() => Object.keys(defaults).some((name) => filters[name] !== defaults[name]))

  async function load(): Promise<void> {
    const mine = (round += 1)
    loading.value = true
    try {
      const page = await ask({ ...filters }, { cursor: cursor.value, limit: PAGE })
      if (mine !== round) return
      rows.value = page.items
      nextCursor.value = page.next_cursor
      problem.value = null
    } catch (error) {
      if (mine === round) problem.value = asProblem(error)
    } finally {
      if (mine === round) loading.value = false
    }
  }

  function go(to: string | undefined): void {
    void router.push({ query: { ...route.query, cursor: to } })
  }

  function next(): void {
    if (!nextCursor.value) return
    behind.value = [...behind.value, cursor.value]
    go(nextCursor.value)
  }

  function previous(): void {
    const before = behind.value.at(-1)
    behind.value = behind.value.slice(0, -1)
    go(before)
  }

  function reset(): void {
    Object.assign(filters, defaults)
  }

  function write(): void {
    const query: Record<string, string | undefined> = { ...(route.query as Record<string, string>), cursor: undefined }
    for (const name of Object.keys(defaults)) query[name] = filters[name] === defaults[name] ? undefined : filters[name]
    behind.value = []
    void router.replace({ query })
  }

  // The address is what counts; what is typed goes there, and the list follows it.
  watch(
    () => ({ ...filters }),
    (now) => {
      clearTimeout(timer)
      if (Object.keys(defaults).every((name) => now[name] === (single(route.query[name]) ?? defaults[name]))) return
      timer = setTimeout(write, TYPING_MS)
    },
  )
  watch(
    () => route.query,
    () => {
      if (route.name !== here) return
      for (const name of Object.keys(defaults)) {
        const said = single(route.query[name]) ?? defaults[name]
        if (filters[name] !== said) (filters as Record<string, string | undefined>)[name] = said
      }
      void load()
    },
    { immediate: true },
  )

  return { filters, rows, problem, loading, cursor, nextCursor, isFiltered, load, next, previous, reset }
}

function single(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined
}
