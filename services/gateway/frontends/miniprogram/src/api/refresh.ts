/** Renewing the access token once, however many requests found theirs too old. */
import { translate } from '@/locale'
import { Problem } from '@api/problem'
import { readTokens, writeTokens, type Tokens } from './tokens'
import { send } from './transport'

let underWay: Promise<Tokens> | null = null

/**
 * Return tokens newer than those that were refused.
 *
 * @throws {Problem} `sign_in_needed` when the session is over; passing ones when nobody answers.
 */
export async function refreshed(refused: Tokens | null): Promise<Tokens> {
  const known = readTokens()
  if (!known) throw signInNeeded()
  // Somebody renewed them while this request was on its way.
  if (refused && known.access_token !== refused.access_token) return known
  underWay ??= renew(known).finally(() => {
    underWay = null
  })
  return underWay
}

async function renew(known: Tokens): Promise<Tokens> {
  try {
    const tokens = (await send({
      method: 'post',
      path: '/auth/refresh',
      body: { refresh_token: known.refresh_token },
      headers: { 'Content-Type': 'application/json' },
    })) as Tokens
    writeTokens(tokens)
    return tokens
  } catch (problem) {
    if (problem instanceof Problem && problem.isPassing) throw problem
    // Another window may have turned the token meanwhile; only the one we hold is given up.
    const now = readTokens()
    if (now && now.refresh_token !== known.refresh_token) return now
    writeTokens(null)
    throw signInNeeded()
  }
}

function signInNeeded(): Problem {
  return new Problem(401, 'sign_in_needed', translate('problem.sign_in_needed'))
}
