/** What a scanner read, or a link brought: the code in it, or null if it is none of ours. */

// Rotating and printed codes are of base64url; so are claims, but those never are scanned.
const CODE = /^[A-Za-z0-9_-]{16,64}$/
const LINK = /^https?:\/\/[^/]+\/c\/([^/?#]+)/

export function codeOf(scanned: string): string | null {
  const text = scanned.trim()
  const inside = LINK.exec(text)?.[1] ?? text
  return CODE.test(inside) ? inside : null
}

/** How a page was opened: `q` by WeChat's scanner with a link, `scene` by a mini-program code. */
export function codeOfOpening(options: Record<string, string | undefined> = {}): string | null {
  const given = options.q ?? options.scene ?? options.code
  return given ? codeOf(decodeURIComponent(given)) : null
}
