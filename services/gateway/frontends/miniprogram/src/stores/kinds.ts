/** What may be claimed, with the rule in force and what is left of it this year. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Answer } from '@api/paths'
import { ask } from '@/api/request'

type Kinds = Answer<'get', '/api/v1/claims/kinds'>['items']

export const useKinds = defineStore('kinds', () => {
  const items = shallowRef<Kinds>([])

  async function load(): Promise<void> {
    items.value = (await ask('get', '/api/v1/claims/kinds')).items
  }

  const name = (code: string): string => items.value.find((kind) => kind.code === code)?.name ?? code

  return { items, load, name }
})
