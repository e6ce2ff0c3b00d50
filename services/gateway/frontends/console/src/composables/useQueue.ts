/** A list one works through from the keyboard: up and down, and a letter for each decision. */
import { computed, onMounted, onUnmounted, ref, watch } from 'vue'
import type { Listing } from '@/composables/useListing'
import { words } from '@/locale'
import { reasonFor, sure, useAct } from './useAct'

/** What may be done with one row. */
export interface Decision {
  key: string
  name: string
  /** Why it cannot be taken now; null when it can. */
  locked: string | null
  /** Opens something that asks for more than a reason, instead of `send`. */
  open?: () => unknown
  /** Carries it out; the list is read again afterwards. */
  send?: (reason: string) => Promise<unknown>
  /** Whether it takes a reason. */
  reason?: boolean
  /** What one must be sure of before. */
  sure?: string
}

/** What may be done with all rows that are ticked. */
export interface BulkDecision<Row> {
  key: string
  name: string
  send: (rows: Row[]) => Promise<unknown>
}

interface Of<Row> {
  keyOf: (row: Row) => string
  /** How a row is called in questions about it. */
  nameOf: (row: Row) => string
  decisions: (row: Row) => readonly Decision[]
  /** Why somebody must leave a row to others; such a row is not ticked either. */
  lockOf?: (row: Row) => string | null
  many?: () => readonly BulkDecision<Row>[]
  /** By what those ticked are counted before they are decided on. */
  kindOf?: (row: Row) => string
}

// So many of those ticked are named before they are decided on.
const NAMED = 8

export type Queue<Row> = ReturnType<typeof useQueue<Row>>

export function useQueue<Row>(listing: Omit<Listing<Row>, 'filters'>, of: Of<Row>) {
  const { rows } = listing
  const active = ref<string | null>(null)
  const ticked = ref<string[]>([])
  const keysShown = ref(false)
  const row = computed(() => rows.value?.find((each) => of.keyOf(each) === active.value) ?? null)
  const decisions = computed(() => (row.value ? of.decisions(row.value) : []))
  const many = computed(() => of.many?.() ?? [])
  const lockOf = (each: Row): string | null => of.lockOf?.(each) ?? null
  const { act, busy, problem } = useAct(listing.load, () => words.value.queues.conflict)
  // What somebody wrote as a reason is not lost when it could not be sent.
  const drafts = new Map<string, string>()

  // What was decided is gone from the list: the one that moved up takes its place.
  watch(rows, (now, before) => {
    ticked.value = ticked.value.filter((key) => now?.some((each) => of.keyOf(each) === key))
    const at = before?.findIndex((each) => of.keyOf(each) === active.value) ?? -1
    if (now?.some((each) => of.keyOf(each) === active.value)) return
    const next = now?.[Math.min(Math.max(at, 0), (now?.length ?? 0) - 1)]
    active.value = next ? of.keyOf(next) : null
  })

  /** Do what decides on a row, and read the list again; also when somebody else was quicker. */
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    const done = await act(async () => {
      await work()
      await listing.load()
    }, words.value.act.done)
    if (!done && problem.value?.status === 409) await listing.load()
    return done
  }

  async function take(decision: Decision): Promise<void> {
    if (decision.locked !== null || !row.value || busy.value) return
    if (decision.open) return void decision.open()
    const [key, name] = [of.keyOf(row.value), of.nameOf(row.value)]
    let reason: string | null = ''
    if (decision.reason) reason = await reasonFor(decision.name, name, drafts.get(key))
    else if (decision.sure && !(await sure(decision.sure, decision.name))) return
    if (reason === null) return
    drafts.set(key, reason)
    if (await run(() => decision.send!(reason))) drafts.delete(key)
  }

  async function takeMany(decision: BulkDecision<Row>): Promise<void> {
    const chosen = (rows.value ?? []).filter((each) => ticked.value.includes(of.keyOf(each)))
    if (!chosen.length || busy.value) return
    const { bulkSure, bulkMore } = words.value.queues
    const names = chosen.slice(0, NAMED).map(of.nameOf)
    const more = chosen.length > NAMED ? [bulkMore(chosen.length - NAMED)] : []
    if (!(await sure([bulkSure(chosen.length, decision.name), counted(chosen), ...names, ...more], decision.name))) return
    if (await run(() => decision.send(chosen))) ticked.value = []
  }

  function counted(chosen: readonly Row[]): string {
    if (!of.kindOf) return ''
    const counts = new Map<string, number>()
    for (const each of chosen) counts.set(of.kindOf(each), (counts.get(of.kindOf(each)) ?? 0) + 1)
    return [...counts].map(([kind, count]) => `${kind} × ${count}`).join('，')
  }

  function tick(): void {
    if (!row.value || !many.value.length || lockOf(row.value)) return
    const key = of.keyOf(row.value)
    ticked.value = ticked.value.includes(key) ? ticked.value.filter((each) => each !== key) : [...ticked.value, key]
  }

  function move(by: number): void {
    const list = rows.value ?? []
    const at = list.findIndex((each) => of.keyOf(each) === active.value)
    const next = list[Math.min(Math.max(at + by, 0), list.length - 1)]
    if (!next) return
    active.value = of.keyOf(next)
    requestAnimationFrame(() => document.querySelector('tr.active')?.scrollIntoView({ block: 'nearest' }))
  }

  function pressed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    const typing = target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], .el-overlay')
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing) return
    const { key } = event
    if (key === '?') keysShown.value = true
    else if (key === 'j' || key === 'ArrowDown') move(1)
    else if (key === 'k' || key === 'ArrowUp') move(-1)
    else if (key === ' ') {
      // On a button or a box the space bar does what it always does.
      if (target.closest('button, a, input')) return
      tick()
    } else if (event.shiftKey) {
      const decision = many.value.find((each) => each.key === key.toLowerCase())
      if (!decision) return
      void takeMany(decision)
    } else {
      const decision = decisions.value.find((each) => each.key === key)
      if (!decision) return
      void take(decision)
    }
    event.preventDefault()
  }

  onMounted(() => addEventListener('keydown', pressed))
  onUnmounted(() => removeEventListener('keydown', pressed))

  const open = (chosen: Row): string => (active.value = of.keyOf(chosen))
  return { active, row, open, ticked, decisions, many, lockOf, keyOf: of.keyOf, busy, run, take, takeMany, keysShown }
}
