/** A list one works through from the keyboard: up and down, and a letter for each decision. */
import { computed, onMounted, onUnmounted, ref, watch, type Ref } from 'vue'

export interface Decision {
  key: string
  name: string
  run: () => unknown
  /** Why it cannot be taken now; null when it can. */
  locked?: string | null
}

export function useQueue<Row>(rows: Ref<Row[] | null>, keyOf: (row: Row) => string, decisions: () => readonly Decision[]) {
  const active = ref<string | null>(null)
  const row = computed(() => rows.value?.find((each) => keyOf(each) === active.value) ?? null)

  // What was decided is gone from the list: the one that moved up takes its place.
  watch(rows, (now, before) => {
    const at = before?.findIndex((each) => keyOf(each) === active.value) ?? -1
    if (now?.some((each) => keyOf(each) === active.value)) return
    const next = now?.[Math.min(Math.max(at, 0), (now?.length ?? 0) - 1)]
    active.value = next ? keyOf(next) : null
  })

  function move(by: number): void {
    const list = rows.value ?? []
    const at = list.findIndex((each) => keyOf(each) === active.value)
    const next = list[Math.min(Math.max(at + by, 0), list.length - 1)]
    if (!next) return
    active.value = keyOf(next)
    requestAnimationFrame(() => document.querySelector('tr.active')?.scrollIntoView({ block: 'nearest' }))
  }

  function pressed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    const typing = target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], .el-overlay')
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing) return
    if (event.key === 'j' || event.key === 'ArrowDown') move(1)
    else if (event.key === 'k' || event.key === 'ArrowUp') move(-1)
    else {
      const decision = decisions().find((each) => each.key === event.key.toLowerCase())
      if (!decision || decision.locked || !row.value) return
      decision.run()
    }
    event.preventDefault()
  }

  onMounted(() => addEventListener('keydown', pressed))
  onUnmounted(() => removeEventListener('keydown', pressed))

  return { active, row, open: (chosen: Row) => (active.value = keyOf(chosen)) }
}
