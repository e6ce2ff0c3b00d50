/** The one door to the network: every call of the app goes through here. */
import { newId } from '@api/ids'
import type { Answer, BodyOf, Method, PathOf, PathParametersOf, QueryOf } from '@api/paths'
import { Problem } from '@api/problem'
import { refreshed } from './refresh'
import { readTokens } from './tokens'
import { send } from './transport'

export interface Options<M extends Method, P extends PathOf<M>> {
  path?: PathParametersOf<M, P>
  query?: Partial<QueryOf<M, P>>
  body?: BodyOf<M, P>
  /** Without a token: sign-in, and the claim for a code. */
  open?: boolean
  /** Keep it to send the very same request again later; a fresh one otherwise. */
  idempotencyKey?: string
  /** The version one has seen, for things that are edited. */
  ifMatch?: string
}

/**
 * Ask the suite; `path` is as the OpenAPI document writes it.
 *
 * @throws {Problem}
 */
export async function ask<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  options: Options<M, P> = {},
): Promise<Answer<M, P>> {
  const headers: Record<string, string> = {}
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.ifMatch) headers['If-Match'] = options.ifMatch
  // Made once, so that a request sent again after a new token is still the same request.
  if (method === 'post' && !options.open) headers['Idempotency-Key'] = options.idempotencyKey ?? newId()
  const request = {
    method,
    path: addressOf(path, options.path ?? {}, options.query ?? {}),
    body: options.body,
    headers,
  }
  if (options.open) return (await send(request)) as Answer<M, P>
  return (await sendSignedIn(request)) as Answer<M, P>
}

async function sendSignedIn(request: Parameters<typeof send>[0]): Promise<unknown> {
  const tokens = readTokens() ?? (await refreshed(null))
  try {
    return await send(withToken(request, tokens.access_token))
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem
    const renewed = await refreshed(tokens)
    return send(withToken(request, renewed.access_token))
  }
}

function withToken(request: Parameters<typeof send>[0], token: string): Parameters<typeof send>[0] {
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } }
}

/** `/api/v1/events/{event_id}` with its parameters filled in, below /api/v1. */
function addressOf(path: string, parameters: object, query: object): string {
  const filled = path
    .replace(/^\/api\/v1/, '')
    .replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String((parameters as Record<string, unknown>)[name])),
    )
  const asked = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return asked.length ? `${filled}?${asked.join('&')}` : filled
}
