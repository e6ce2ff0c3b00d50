/** The platform's `uni`, as far as what is tested calls it; each test starts with an empty phone. */
import { beforeEach } from 'vitest'

function phone() {
  const storage = new Map<string, unknown>()
  return {
    getStorageSync: (key: string) => storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => storage.set(key, JSON.parse(JSON.stringify(value))),
    removeStorageSync: (key: string) => storage.delete(key),
    getStorageInfoSync: () => ({ keys: [...storage.keys()] }),
    getSystemInfoSync: () => ({ osTheme: 'light' }),
    onThemeChange: () => undefined,
    request: () => {
      throw new Error('a test that asks the network says what it answers')
    },
  }
}

// Modules read it while they are loaded, before any test begins.
Object.assign(globalThis, { uni: phone() })

beforeEach(() => {
  Object.assign(uni, phone())
})
