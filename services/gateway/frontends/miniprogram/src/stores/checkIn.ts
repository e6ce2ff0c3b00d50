/** The member's check-ins: what waits to be sent, and what came of the last. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { keep, readKept, type Kept } from '@/check-in/kept'
import { sendOne, type Outcome } from '@/check-in/send'

const AGAIN_MS = 5_000

export const useCheckIn = defineStore('check-in', () => {
  const waiting = ref<Kept[]>(readKept())
  const last = ref<Outcome | null>(null)
  let underWay: Promise<Outcome | null> | null = null
  let timer: ReturnType<typeof setTimeout> | null = null

  /** Keep what was scanned or typed, and send it. */
  function start(what: { code?: string; digits?: string }): Promise<Outcome | null> {
    keep(what)
    return sendAll()
  }

  /** Send everything that waits, one after the other and never twice at once; the last outcome. */
  async function sendAll(): Promise<Outcome | null> {
    // Whoever scans while others are being sent waits for them, and is sent in turn.
    while (underWay) await underWay
    underWay = inTurn().finally(() => {
      underWay = null
    })
    return underWay
  }

  async function inTurn(): Promise<Outcome | null> {
    let outcome: Outcome | null = null
    for (const kept of readKept()) {
      outcome = await sendOne(kept)
      if (outcome.kind === 'in' || outcome.kind === 'refused') last.value = outcome
      else break
    }
    waiting.value = readKept()
    if (outcome?.kind === 'waiting') later()
    return outcome
  }

  function later(): void {
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => void sendAll(), AGAIN_MS)
  }

  /** Send what waits as soon as there is a network again. */
  function follow(): void {
    uni.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected && readKept().length) void sendAll()
    })
  }

  return { waiting, last, start, sendAll, follow }
})
