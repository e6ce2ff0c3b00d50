/** Renewing the access token once, however many requests and tabs found theirs too old. */
import { words } from '@/locale'
import { Problem } from '@api/problem'
import { readTokens, writeTokens, type Tokens } from './tokens'
import { send } from './transport'

let underWay: Promise<Tokens> | null = null

/**
 * Return tokens newer than those that were refused.
 *
 * @throws {Problem} `sign_in_needed` when the session is over; passing ones when nobody answers.
 */
export function refreshed(refused: Tokens | null): Promise<Tokens> {
  underWay ??= alone(() => renew(refused)).finally(() => {
    underWay = null
  })
  return underWay
}

async function renew(refused: Tokens | null): Promise<Tokens> {
  const known = readTokens()
  if (!known) throw signInNeeded()
  // Somebody renewed them while this request was on its way, or another tab while it waited.
  if (refused && known.access_token !== refused.access_token) return known
  try {
    const answer = await send({
      method: 'post',
      path: '/auth/refresh',
      body: JSON.stringify({ refresh_token: known.refresh_token }),
      headers: { 'Content-Type': 'application/json' },
    })
    const tokens = (await answer.json()) as Tokens
    writeTokens(tokens)
    return tokens
  } catch (problem) {
    if (problem instanceof Problem && problem.isPassing) throw problem
    // Another tab may have turned the token meanwhile; only the one we hold is given up.
    const now = readTokens()
    if (now && now.refresh_token !== known.refresh_token) return now
    writeTokens(null)
    throw signInNeeded()
  }
}

/** A refresh token works once: two tabs that use the same one would end the session. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  // Browsers have locks on https and on the own machine; elsewhere tabs look at each other's tokens.
  return navigator.locks ? navigator.locks.request('console.refresh', work) as Promise<T> : work()
}

function signInNeeded(): Problem {
  return new Problem(401, 'sign_in_needed', words.value.problem.sign_in_needed)
}
