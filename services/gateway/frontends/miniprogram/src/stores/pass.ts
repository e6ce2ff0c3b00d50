/** The member's own pass: the kept one at once, a newer one when the suite answers. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@api/problem'
import { ask } from '@/api/request'
import { keepPass, readPass, type Pass } from '@/pass/kept'

export const usePass = defineStore('pass', () => {
  const pass = shallowRef<Pass | null>(readPass())
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  // Raised when the phone changes hands, so that an answer still under way is not kept.
  let owner = 0

  function load(): Promise<void> {
    return take(() => ask('get', '/api/v1/me/pass'))
  }

  /** Make all earlier passes void, printed cards too. */
  function renew(): Promise<void> {
    return take(() => ask('post', '/api/v1/me/pass/renew'))
  }

  async function take(asking: () => Promise<Pass>): Promise<void> {
    const mine = owner
    loading.value = true
    try {
      const given = await asking()
      if (mine !== owner) return
      keepPass(given)
      pass.value = given
      problem.value = null
    } catch (error) {
      if (mine === owner) problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  /** Somebody else holds the phone now. */
  function forget(): void {
    owner += 1
    keepPass(null)
    pass.value = null
    problem.value = null
  }

  return { pass, problem, loading, load, renew, forget }
})
