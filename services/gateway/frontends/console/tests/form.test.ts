import { flushPromises } from './flush'
import ElementPlus from 'element-plus'
import { describe, expect, it, vi } from 'vitest'
import { createApp, h, ref } from 'vue'

vi.mock('@/api/request', () => ({
  ask: async () => ({ values: [], categories: [], triggers: [], kinds: [], roles: [], periods: [], levels: [{ code: 'city', name: '市级' }] }),
}))

const { default: SchemaForm } = await import('@/pages/rules/SchemaForm.vue')

async function draw(schema: object, given: Record<string, unknown>) {
  const value = ref(given)
  const box = document.createElement('div')
  const app = createApp({
    setup: () => () => h(SchemaForm, { schema, modelValue: value.value, 'onUpdate:modelValue': (now: Record<string, unknown>) => (value.value = now) }),
  })
  app.use(ElementPlus).mount(box)
  await flushPromises()
  return { box, value }
}

const change = (input: Element | null, text: string): void => {
  const field = input as HTMLInputElement
  field.value = text
  field.dispatchEvent(new Event('change'))
}

describe('the form of a value', () => {
  it('is drawn from whatever schema its kind declares, a kind nobody knew before among them', async () => {
    const schema = {
      properties: { per_step: { type: 'number', title: '每步分值', minimum: 0 }, steps: { type: 'integer', title: '步数' }, doubled: { type: 'boolean', title: '双倍' } },
      required: ['per_step'],
    }
    const { box, value } = await draw(schema, { per_step: 1 })
    expect([...box.querySelectorAll('.el-form-item__label')].map((label) => label.textContent)).toEqual(['每步分值', '步数', '双倍'])
    change(box.querySelector('[aria-label="每步分值"] input, input[aria-label="每步分值"]'), '2.5')
    await flushPromises()
    expect(value.value).toEqual({ per_step: 2.5 })
  })

  it('asks for numbers by word where the schema names a list of words, and leaves out what is emptied', async () => {
    const schema = { properties: { levels: { type: 'object', title: '各级分值', 'x-words': 'levels' } } }
    const { box, value } = await draw(schema, { levels: { city: 2 } })
    expect(box.textContent).toContain('市级')
    change(box.querySelector('input'), '')
    await flushPromises()
    expect(value.value).toEqual({ levels: {} })
  })
})
