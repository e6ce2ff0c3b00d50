/** One kept scan, brought to the server. */
import type { Answer, BodyOf } from '@api/paths'
import { asProblem, type Problem } from '@api/problem'
import { ask } from '@/api/request'
import { change, device, forget, type Kept } from './kept'

export type CheckedIn = Answer<'post', '/api/v1/check-ins'>

export type Outcome =
  | { kind: 'in'; answer: CheckedIn }
  | { kind: 'refused'; problem: Problem }
  /** Nobody answered; it is kept and sent again. */
  | { kind: 'waiting' }
  /** It is kept until somebody has signed in. */
  | { kind: 'sign-in' }

export async function sendOne(kept: Kept): Promise<Outcome> {
  try {
    const answer = await ask('post', '/api/v1/check-ins', { body: bodyOf(kept), idempotencyKey: kept.client_ref })
    forget(kept)
    return { kind: 'in', answer }
  } catch (error) {
    const problem = asProblem(error)
    if (problem.isPassing) {
      change({ ...kept, late: true })
      return { kind: 'waiting' }
    }
    if (problem.status === 401) return swap(kept)
    forget(kept)
    return { kind: 'refused', problem }
  }
}

/**
 * Swap a scanned code for a claim that is good for two minutes, so that a slow sign-in loses
 * nothing. Without network the code stays as it is.
 */
async function swap(kept: Kept): Promise<Outcome> {
  if (!kept.code || kept.late) return { kind: 'sign-in' }
  try {
    const { claim } = await ask('post', '/api/v1/code-claims', { body: { code: kept.code }, open: true })
    const { code, ...rest } = kept
    change({ ...rest, claim })
    return { kind: 'sign-in' }
  } catch (error) {
    const problem = asProblem(error)
    if (problem.isPassing) return { kind: 'sign-in' }
    forget(kept)
    return { kind: 'refused', problem }
  }
}

function bodyOf(kept: Kept): BodyOf<'post', '/api/v1/check-ins'> {
  const { client_ref, code, digits, claim, scanned_at } = kept
  // The time only for what could not be sent at once; it is then looked at before it counts.
  const late = kept.late && code ? { scanned_at } : {}
  return { client_ref, device: device(), ...(code && { code }), ...(digits && { digits }), ...(claim && { claim }), ...late }
}
