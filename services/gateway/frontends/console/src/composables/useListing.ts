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
  /** The page goes into a file: the audit log is to say so. */
  export?: true
}

const TYPING_MS = 300
export const PAGE = 50
// The largest page that the services give, and how much of a list a browser puts into a file.
const LARGEST_PAGE = 200
export const MOST_EXPORTED = 50_000

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

  /** What the address says; empty is an answer as well: "all", where the default is not. */
  function said(name: string): string | undefined {
    const value = route.query[name]
    return typeof value === 'string' ? value : undefined
  }

  const cursor = computed(() => said('cursor') || undefined)
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

  /**
   * Read all that the filters leave, page after page, and say how far it is.
   *
   * Ends where `goOn` says no, or behind MOST_EXPORTED rows: then there are more than that.
   */
  async function all(goOn: (read: number) => boolean): Promise<Row[]> {
    const found: Row[] = []
    const asked = { ...filters }
    let at: string | undefined
    do {
      const page = await ask(asked, { cursor: at, limit: LARGEST_PAGE, export: true })
      found.push(...page.items)
      at = page.next_cursor ?? undefined
    } while (goOn(found.length) && at && found.length <= MOST_EXPORTED)
    return found
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
      if (Object.keys(defaults).every((name) => now[name] === (said(name) ?? defaults[name]))) return
      timer = setTimeout(write, TYPING_MS)
    },
  )
  watch(
    () => route.query,
    () => {
      if (route.name !== here) return
      for (const name of Object.keys(defaults)) {
        const now = said(name) ?? defaults[name]
        if (filters[name] !== now) (filters as Record<string, string | undefined>)[name] = now
      }
      void load()
    },
    { immediate: true },
  )

  return { filters, rows, problem, loading, cursor, nextCursor, isFiltered, load, all, next, previous, reset }
}
