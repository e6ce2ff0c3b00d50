import { describe, expect, it } from 'vitest'
import { asCsv } from '@/components/columns'
import { codes } from '@/locale/codes'
import { common } from '@/locale/common'
import { events } from '@/locale/events'
import { parts } from '@/locale/parts'
import { people } from '@/locale/people'
import { planning } from '@/locale/planning'
import { queues } from '@/locale/queues'
import { rules } from '@/locale/rules'
import { system } from '@/locale/system'
import { speak, type Pairs } from '@/locale/pairs'

function pairsOf(tree: Pairs, path = ''): [string, readonly unknown[]][] {
  return Object.entries(tree).flatMap(([name, value]): [string, readonly unknown[]][] =>
    Array.isArray(value) ? [[`${path}${name}`, value]] : pairsOf(value as Pairs, `${path}${name}.`),
  )
}

const say = (words: unknown): string => (typeof words === 'function' ? String((words as (...v: unknown[]) => string)(1, 2, 3)) : String(words))

describe('the words', () => {
  it('are there in both languages, Chinese in Chinese and English without it', () => {
    for (const [name, pair] of pairsOf({ common, codes, rules, people, queues, events, parts, planning, system })) {
      expect(pair, name).toHaveLength(2)
      expect(say(pair[0]).trim(), name).not.toBe('')
      expect(say(pair[1]), name).not.toMatch(/[\u4e00-\u9fff]/u)
    }
  })

  it('are spoken in one language at a time', () => {
    const spoken = speak({ a: ['甲', 'one'], b: { c: [(n: number) => `${n} 条`, (n: number) => `${n} rows`] } } as const, 1)
    expect([spoken.a, spoken.b.c(2)]).toEqual(['one', '2 rows'])
  })
})

describe('a page as a spreadsheet', () => {
  it('quotes what must be quoted and lets no cell become a formula', () => {
    const columns = [{ key: 'a', title: 'A', text: (row: { a: string }) => row.a }, { key: 'b', title: 'drawn by the page' }]
    const rows = [{ a: '=HYPERLINK("x")' }, { a: '-2' }, { a: '一,二' }, { a: ' ＝1+1' }, { a: '\n@x' }]
    expect(asCsv(columns, rows)).toBe('\uFEFFA\r\n"\'=HYPERLINK(""x"")"\r\n-2\r\n"一,二"\r\n\' ＝1+1\r\n"\'\n@x"')
  })
})
