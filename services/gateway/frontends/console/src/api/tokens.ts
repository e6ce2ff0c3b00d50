/** The tokens of the signed-in person; all tabs of the browser share them. */
export interface Tokens {
  access_token: string
  refresh_token: string
}

const KEY = 'console.session'

export function readTokens(): Tokens | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    return isTokens(stored) ? stored : null
  } catch {
    return null
  }
}

export function writeTokens(tokens: Tokens | null): void {
  if (!tokens) return localStorage.removeItem(KEY)
  const { access_token, refresh_token } = tokens
  localStorage.setItem(KEY, JSON.stringify({ access_token, refresh_token }))
}

/** Call back when another tab signs in or out. */
export function onTokensElsewhere(changed: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === KEY) changed()
  })
}

function isTokens(stored: unknown): stored is Tokens {
  return typeof stored === 'object' && stored !== null && 'refresh_token' in stored
}
