import { describe, expect, it } from 'vitest'
import { assist } from '@/assist'

const settle = () => new Promise((resolve) => setTimeout(resolve, 10))

describe('what a browser needs besides', () => {
  it('names the field inside the platform’s own element, also one that comes later or is renamed', async () => {
    assist()
    const root = document.createElement('div')
    root.innerHTML = '<uni-label>姓名</uni-label><uni-input><input></uni-input><uni-button>好</uni-button>'
    document.body.append(root)
    await settle()
    expect(root.querySelector('input')!.getAttribute('aria-label')).toBe('姓名')
    expect(root.querySelector('uni-button')!.getAttribute('role')).toBe('button')
    expect(root.querySelector('uni-button')!.getAttribute('tabindex')).toBe('0')
    root.insertAdjacentHTML('beforeend', '<uni-textarea aria-label="事由"><textarea></textarea></uni-textarea>')
    root.querySelector('uni-label')!.textContent = 'Name'
    await settle()
    expect(root.querySelector('textarea')!.getAttribute('aria-label')).toBe('事由')
    expect(root.querySelector('input')!.getAttribute('aria-label')).toBe('Name')
  })
})
