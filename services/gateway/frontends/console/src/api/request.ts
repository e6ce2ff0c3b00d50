/** The one door to the network: every call of the console goes through here. */
import { newId } from '@api/ids'
import type { Answer, BodyOf, Method, PathOf, PathParametersOf, QueryOf } from '@api/paths'
import { Problem } from '@api/problem'
import { refreshed } from './refresh'
import type { components } from '@api/schema'
import { readTokens } from './tokens'
import { send, type Request } from './transport'

/** A shape by the name that the OpenAPI document gives it. */
export type Shape<Name extends keyof components['schemas']> = components['schemas'][Name]

export interface Options<M extends Method, P extends PathOf<M>> {
  path?: PathParametersOf<M, P>
  query?: { [Name in keyof QueryOf<M, P>]?: QueryOf<M, P>[Name] | '' }
  body?: BodyOf<M, P>
  /** A file and the fields that go with it, instead of a body. */
  form?: FormData
  /** Without a token: sign-in alone. */
  open?: boolean
  /** Keep it to send the very same request again later; a fresh one otherwise. */
  idempotencyKey?: string
  /** The version one has seen, for things that are edited. */
  ifMatch?: number | string
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
  const answer = await answerOf(method, path, options)
  return (answer.status === 204 ? undefined : await answer.json()) as Answer<M, P>
}

/** The same with the version that its ETag names, where the answer itself has none: for `ifMatch`. @throws {Problem} */
export async function askVersioned<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  options: Options<M, P> = {},
): Promise<{ answer: Answer<M, P>; version: string }> {
  const answer = await answerOf(method, path, options)
  const version = (answer.headers.get('ETag') ?? '').replace(/^W\/|"/g, '')
  return { answer: (await answer.json()) as Answer<M, P>, version }
}

export interface FetchedFile {
  content: Blob
  name: string
}

/** Fetch a file, with the name the server gave it. @throws {Problem} */
export async function fetchFile<P extends PathOf<'get'>>(path: P, options: Options<'get', P> = {}): Promise<FetchedFile> {
  const answer = await answerOf('get', path, options)
  const named = /filename\*=UTF-8''([^;]+)|filename="?([^";]+)"?/i.exec(answer.headers.get('Content-Disposition') ?? '')
  const name = named ? decodeURIComponent(named[1] ?? named[2] ?? '') : (path.split('/').at(-1) ?? 'file')
  return { content: await answer.blob(), name }
}

/** Hand a file to the browser to keep. */
export function keep({ content, name }: FetchedFile): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Fetch a file and keep it. @throws {Problem} */
export async function download<P extends PathOf<'get'>>(path: P, options: Options<'get', P> = {}): Promise<void> {
  keep(await fetchFile(path, options))
}

function answerOf<M extends Method, P extends PathOf<M>>(method: M, path: P, options: Options<M, P>): Promise<Response> {
  const headers: Record<string, string> = {}
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.ifMatch !== undefined) headers['If-Match'] = `"${options.ifMatch}"`
  // Made once, so that a request sent again after a new token is still the same request.
  if (method === 'post' && !options.open) headers['Idempotency-Key'] = options.idempotencyKey ?? newId()
  const request: Request = {
    method,
    path: addressOf(path, options.path ?? {}, options.query ?? {}),
    body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
    headers,
  }
  return options.open ? send(request) : sendSignedIn(request)
}

async function sendSignedIn(request: Request): Promise<Response> {
  const tokens = readTokens() ?? (await refreshed(null))
  try {
    return await send(withToken(request, tokens.access_token))
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem
    const renewed = await refreshed(tokens)
    return send(withToken(request, renewed.access_token))
  }
}

function withToken(request: Request, token: string): Request {
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } }
}

/** `/api/v1/events/{event_id}` with its parameters filled in, below /api/v1. */
function addressOf(path: string, parameters: object, query: object): string {
  const filled = path
    .replace(/^\/api\/v1/, '')
    .replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String((parameters as Record<string, unknown>)[name])),
    )
  const asked = new URLSearchParams(
    Object.entries(query)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => [name, String(value)]),
  ).toString()
  return asked ? `${filled}?${asked}` : filled
}
