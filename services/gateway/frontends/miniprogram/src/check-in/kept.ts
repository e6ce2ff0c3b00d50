/** Scans that have no answer yet, on the phone: a killed app or a lost network loses none. */
import { newId } from '@api/ids'

export interface Kept {
  /** The phone's own reference: sent again under it, it is the same check-in. */
  client_ref: string
  /** One of these: what was scanned, typed, or swapped for a scanned code. */
  code?: string
  digits?: string
  claim?: string
  /** When it was scanned, by this phone's clock. */
  scanned_at: string
  /** Whether it has been sent before without an answer; then the server is told the time. */
  late: boolean
}

const KEPT = 'suite.check-ins'
const DEVICE = 'suite.device'

export function readKept(): Kept[] {
  const stored: unknown = uni.getStorageSync(KEPT)
  return Array.isArray(stored) ? (stored as Kept[]) : []
}

export function keep(what: Pick<Kept, 'code' | 'digits'>): Kept {
  const kept: Kept = { client_ref: newId(), ...what, scanned_at: new Date().toISOString(), late: false }
  // The same code scanned twice while waiting is one check-in.
  const others = readKept().filter((other) => !what.code || other.code !== what.code)
  write([...others, kept])
  return kept
}

export function change(kept: Kept): void {
  write(readKept().map((other) => (other.client_ref === kept.client_ref ? kept : other)))
}

export function forget(kept: Kept): void {
  write(readKept().filter((other) => other.client_ref !== kept.client_ref))
}

/** A random name of this installation, by which one phone with many members is noticed. */
export function device(): string {
  const known: unknown = uni.getStorageSync(DEVICE)
  if (typeof known === 'string' && known) return known
  const made = newId()
  uni.setStorageSync(DEVICE, made)
  return made
}

function write(kept: Kept[]): void {
  if (kept.length) uni.setStorageSync(KEPT, kept)
  else uni.removeStorageSync(KEPT)
}
