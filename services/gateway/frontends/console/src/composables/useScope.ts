/** The organisation and year a page is about: they stand in the address, and begin with one's own. */
import { computed, onMounted } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { thisYear } from '@/format'
import { ownTop } from '@/stores/places'

export function useScope() {
  const route = useRoute()
  const router = useRouter()
  const organisation = computed({
    get: () => String(route.query.organisation_id ?? ''),
    set: (id) => void router.push({ query: { ...route.query, organisation_id: id } }),
  })
  const year = computed({
    get: () => Number(route.query.year ?? thisYear()),
    set: (wanted) => void router.push({ query: { ...route.query, year: String(wanted) } }),
  })
  onMounted(async () => {
    if (!organisation.value) await router.replace({ query: { ...route.query, organisation_id: (await ownTop()).id } })
  })
  return { organisation, year }
}
