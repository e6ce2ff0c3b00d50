/** Where a notice leads: the page of what it is about, as far as there is one. */
export interface Way {
  page: string
  query: Record<string, string>
}

// A notice's subject → the page, and whether that page is of one thing.
const PAGES: Readonly<Record<string, readonly [page: string, one: boolean]>> = {
  event: ['event', true],
  claim: ['claim', true],
  appeal: ['appeals', false],
  statement: ['statement', false],
  objection: ['statement', false],
  adjustment: ['ledger', false],
  held_fact: ['ledger', false],
}

export function wayOf(notice: { subject_type: string; subject_id: string }): Way | null {
  const found = PAGES[notice.subject_type]
  if (!found) return null
  const [page, one] = found
  return { page, query: one ? { id: notice.subject_id } : {} }
}
