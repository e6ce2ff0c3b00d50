/** A message with values. Functions, since WeChat's runtime does not compile texts. */
export interface Named {
  named: (name: string) => unknown
}
