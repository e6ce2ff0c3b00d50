import { flushPromises } from './flush'
import { describe, expect, it, vi } from 'vitest'
import { createApp, h } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { MOST_EXPORTED, useListing } from '@/composables/useListing'

type Asked = [filters: { state: string }, paging: { cursor?: string; limit: number; export?: true }]

/** A list of numbers, `most` in all, on a page of its own. */
async function open(address: string, most: number) {
  const asked: Asked[] = []
  let listing!: ReturnType<typeof useListing<number, { state: string }>>
  const page = {
    setup() {
      listing = useListing({ state: 'open' }, async (filters, paging) => {
        asked.push([filters, paging])
        const first = Number(paging.cursor ?? 0)
        const items = Array.from({ length: Math.min(paging.limit, most - first) }, (_, at) => first + at)
        return { items, next_cursor: first + items.length < most ? String(first + items.length) : null }
      })
      return () => h('p')
    },
  }
  const router: Router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', name: '/', component: page }] })
  await router.push(address)
  createApp({ render: () => h(page) }).use(router).mount(document.createElement('div'))
  await flushPromises()
  return { listing, asked, router }
}

describe('a list', () => {
  it('is read to its end for a file, whatever page is shown, and says that it goes into one', async () => {
    const { listing, asked } = await open('/?state=closed&cursor=50', 450)
    expect(asked).toEqual([[{ state: 'closed' }, { cursor: '50', limit: 50 }]])
    const told: number[] = []
    const found = await listing.all((read) => told.push(read) > 0)
    expect(found).toEqual(Array.from({ length: 450 }, (_, at) => at))
    expect(told).toEqual([200, 400, 450])
    expect(asked.slice(1)).toEqual([undefined, '200', '400'].map((cursor) => [{ state: 'closed' }, { cursor, limit: 200, export: true }]))
  })

  it('is read no further than somebody stops it, or than a file holds', async () => {
    const { listing } = await open('/', 3 * MOST_EXPORTED)
    expect(await listing.all(() => false)).toHaveLength(200)
    expect((await listing.all(() => true)).length).toBe(MOST_EXPORTED + 200)
  })

  it('keeps a filter that was cleared, though it has a default', async () => {
    vi.useFakeTimers()
    const { listing, asked, router } = await vi.waitFor(() => open('/', 3))
    listing.filters.state = ''
    await vi.advanceTimersByTimeAsync(400)
    vi.useRealTimers()
    await flushPromises()
    expect(router.currentRoute.value.query).toEqual({ state: '' })
    expect(asked.at(-1)?.[0]).toEqual({ state: '' })
    expect(listing.isFiltered.value).toBe(true)
  })
})
