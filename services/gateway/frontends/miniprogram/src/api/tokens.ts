/** The tokens of the signed-in member, where a killed app finds them again. */
export interface Tokens {
  access_token: string
  refresh_token: string
}

const KEY = 'suite.session'

export function readTokens(): Tokens | null {
  const stored: unknown = uni.getStorageSync(KEY)
  return isTokens(stored) ? stored : null
}

export function writeTokens(tokens: Tokens | null): void {
  if (tokens) {
    const { access_token, refresh_token } = tokens
    uni.setStorageSync(KEY, { access_token, refresh_token })
  } else {
    uni.removeStorageSync(KEY)
  }
}

function isTokens(stored: unknown): stored is Tokens {
  return typeof stored === 'object' && stored !== null && 'refresh_token' in stored
}
