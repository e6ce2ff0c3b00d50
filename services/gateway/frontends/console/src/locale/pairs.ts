/**
 * Words in two languages, side by side: `['积分规则', 'Point rules']`, as the services' `Text` has them.
 *
 * A message with values is a pair of functions. Whoever leaves one language out, or gives the second
 * function other parameters than the first, is told by the compiler.
 */
export type Pair = readonly [string, string] | readonly [(...values: never[]) => string, (...values: never[]) => string]
export interface Pairs {
  readonly [name: string]: Pair | Pairs
}

/** The words of one language out of a tree of pairs. */
export type Spoken<T> = {
  readonly [Name in keyof T]: T[Name] extends readonly [string, string]
    ? string
    : T[Name] extends readonly [infer Zh extends (...values: never[]) => string, infer En extends (...values: never[]) => string]
      ? Parameters<En> extends Parameters<Zh>
        ? Zh
        : never
      : Spoken<T[Name]>
}

export function speak<T extends Pairs>(pairs: T, language: 0 | 1): Spoken<T> {
  const spoken: Record<string, unknown> = {}
  for (const [name, pair] of Object.entries(pairs)) {
    spoken[name] = Array.isArray(pair) ? pair[language] : speak(pair as Pairs, language)
  }
  return spoken as Spoken<T>
}
