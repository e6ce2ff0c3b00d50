import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const tokens = readFileSync(join(import.meta.dirname, '../src/styles/tokens.scss'), 'utf8')

/** The custom properties of the block that begins with a selector. */
function block(selector: string): Record<string, string> {
  const from = tokens.indexOf(`${selector} {`)
  const body = tokens.slice(from, tokens.indexOf('}', from))
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((found) => [found[1], found[2]]))
}

/** Relative luminance and contrast as WCAG 2.1 defines them. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const light = block('.theme')
const looks = { light, dark: { ...light, ...block('.theme.dark') } }
const PAIRS = [
  ['ink', 'ground'], ['ink', 'card'], ['ink-soft', 'ground'], ['ink-soft', 'card'], ['brand', 'card'], ['brand', 'ground'],
  ['brand-ink', 'brand'], ['good', 'good-ground'], ['bad', 'bad-ground'], ['wait', 'wait-ground'], ['card', 'bad'],
]

describe('the theme', () => {
  for (const [name, look] of Object.entries(looks)) {
    it(`can be read in its ${name} look: every text on every ground it stands on`, () => {
      for (const [text, ground] of PAIRS) {
        expect([text, ground, contrast(look[text!]!, look[ground!]!) >= 4.5]).toEqual([text, ground, true])
      }
    })
  }

  it('is large enough to touch, and in large type to read: 18pt, 44 px', () => {
    const large = { ...light, ...block('.theme.large') }
    for (const look of [light, large]) expect(Number.parseInt(look.touch!, 10)).toBeGreaterThanOrEqual(44)
    for (const size of ['text', 'text-small', 'text-title']) expect(Number.parseInt(large[size]!, 10)).toBeGreaterThanOrEqual(24)
  })

  it('is what the platform’s own bar is coloured with', () => {
    const page = readFileSync(join(import.meta.dirname, '../src/components/AppPage.vue'), 'utf8')
    expect(page).toContain(`'${looks.dark.card}'`)
    expect(page).toContain(`'${light.ground}'`)
  })
})
