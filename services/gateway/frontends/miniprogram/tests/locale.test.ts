import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from '@/locale/en'
import zh from '@/locale/zh-CN'

type Words = { [key: string]: Words | string | ((c: { named: (name: string) => unknown }) => string) }

function leaves(words: Words, before = ''): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(words).map(([key, value]) => {
      const path = before ? `${before}.${key}` : key
      if (typeof value === 'object') return leaves(value, path)
      return { [path]: typeof value === 'string' ? value : value({ named: (name) => `{${name}}` }) }
    }),
  )
}

const SOURCES = join(import.meta.dirname, '../src')
const [chinese, english] = [leaves(zh as unknown as Words), leaves(en as unknown as Words)]
const sources = (readdirSync(SOURCES, { recursive: true }) as string[])
  .filter((path) => /\.(vue|ts)$/.test(path) && !path.includes('locale'))
  .map((path) => readFileSync(join(SOURCES, path), 'utf8'))
  .join('\n')

describe('the words', () => {
  it('are the same messages in both languages, with the same values', () => {
    expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort())
    const values = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()
    for (const key of Object.keys(chinese)) expect([key, values(english[key]!)]).toEqual([key, values(chinese[key]!)])
  })

  it('are there for every message that is asked for', () => {
    const asked = [...sources.matchAll(/\b(?:t|translate)\(\s*'([\w.]+)'/g)].map((found) => found[1]!)
    expect(asked.length).toBeGreaterThan(100)
    expect(asked.filter((key) => !(key in chinese))).toEqual([])
  })

  it('are all used, by name or by what a name begins with', () => {
    const begun = [...sources.matchAll(/\b(?:t|translate)\(\s*`([\w.]+)\.\$\{/g)].map((found) => `${found[1]}.`)
    const named = new Set([...sources.matchAll(/'([\w]+(?:\.[\w]+)+)'/g)].map((found) => found[1]!))
    const idle = Object.keys(chinese).filter((key) => !named.has(key) && !begun.some((start) => key.startsWith(start)))
    expect(idle.filter((key) => !/^(points\.to|run\.wayNote|notices\.template)\./.test(key))).toEqual([])
  })
})
