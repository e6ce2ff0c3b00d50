/** What the OpenAPI document says of a call, as types: its path, query, body and answer. */
import type { paths } from './schema'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never
}[keyof paths]

type Operation<M extends Method, P extends keyof paths> = paths[P][M]

// A second status with the same body is documented by its description alone: `unknown` adds nothing.
type Json<T> = T extends { content: { 'application/json': infer Body } } ? (unknown extends Body ? never : Body) : undefined
type Success = 200 | 201 | 202 | 204

export type Answer<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { responses: infer Responses }
    ? { [Status in keyof Responses & Success]: Json<Responses[Status]> }[keyof Responses & Success]
    : never

export type BodyOf<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : undefined

type Parameters<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { parameters: infer Given } ? Given : never
type Part<Given, Name extends string> = Given extends { [N in Name]?: infer Value }
  ? NonNullable<Value>
  : Record<string, never>

export type QueryOf<M extends Method, P extends keyof paths> = Part<Parameters<M, P>, 'query'>
export type PathParametersOf<M extends Method, P extends keyof paths> =
  Part<Parameters<M, P>, 'path'> extends Record<string, never>
    ? Part<paths[P] extends { parameters: infer Given } ? Given : never, 'path'>
    : Part<Parameters<M, P>, 'path'>
