/** A random UUID (version 4); `crypto.randomUUID` is missing in WeChat and on plain http. */
export function newId(): string {
  const bytes = randomBytes(16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  if (typeof crypto !== 'undefined' && typeof crypto.getRandomValues === 'function') {
    return crypto.getRandomValues(bytes)
  }
  // A reference has to be unlike others, not a secret.
  for (let at = 0; at < length; at += 1) bytes[at] = Math.floor(Math.random() * 256)
  return bytes
}
