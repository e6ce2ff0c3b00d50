/** The own pass on the phone, so that it can be shown where there is no network. */
import type { Answer } from '@api/paths'

export type Pass = Answer<'get', '/api/v1/me/pass'>

const KEY = 'suite.pass'

export function readPass(): Pass | null {
  const stored: unknown = uni.getStorageSync(KEY)
  return typeof stored === 'object' && stored !== null && 'svg' in stored ? (stored as Pass) : null
}

export function keepPass(pass: Pass | null): void {
  if (pass) uni.setStorageSync(KEY, pass)
  else uni.removeStorageSync(KEY)
}
