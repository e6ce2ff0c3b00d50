/** An event as a form has it, and as the API takes it. */
import type { Shape } from '@/api/request'
import { fromPicker, toPicker, today } from '@/format'

type Event = Shape<'EventOut1'>
type Body = Shape<'EventIn'>

const RADIUS = 200

export function blankForm(organisation_id: string, category: string) {
  return {
    title: '',
    category: category as Body['category'],
    tags: [] as NonNullable<Body['tags']>,
    organisation_id,
    place: '',
    level: '' as NonNullable<Body['level']> | '',
    audience: 'organisation' as NonNullable<Body['audience']>,
    also_for: [] as string[],
    required_roles: [] as NonNullable<Body['required_roles']>,
    fenced: false,
    latitude: null as number | null,
    longitude: null as number | null,
    radius: RADIUS,
    starts: `${today()} 14:00:00`,
    ends: `${today()} 15:00:00`,
  }
}
export type EventForm = ReturnType<typeof blankForm>

export function formOf(event: Event): EventForm {
  return {
    title: event.title,
    category: event.category as Body['category'],
    tags: event.tags as EventForm['tags'],
    organisation_id: event.organisation_id,
    place: event.place,
    level: (event.level ?? '') as EventForm['level'],
    audience: event.audience as EventForm['audience'],
    also_for: event.also_for.map((each) => each.organisation_id),
    required_roles: event.required_roles as EventForm['required_roles'],
    fenced: event.geofence !== null,
    latitude: event.geofence?.latitude ?? null,
    longitude: event.geofence?.longitude ?? null,
    radius: event.geofence?.radius ?? RADIUS,
    starts: toPicker(event.starts_at),
    ends: toPicker(event.ends_at),
  }
}

export function bodyOf(form: EventForm): Body {
  const { level, fenced, latitude, longitude, radius, starts, ends, ...rest } = form
  return {
    ...rest,
    level: level || null,
    geofence: fenced ? { latitude: latitude ?? Number.NaN, longitude: longitude ?? Number.NaN, radius } : null,
    starts_at: fromPicker(starts),
    ends_at: fromPicker(ends),
  }
}

/** What somebody changed: what nobody touched is not sent, so that a session's own times stay as they are. */
export function changesOf(form: EventForm, event: Event): Shape<'EventPatch'> {
  const { category: _category, organisation_id: _organisation, ...before } = bodyOf(formOf(event))
  const now = bodyOf(form)
  const changed = (Object.keys(before) as (keyof typeof before)[]).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]))
  return Object.fromEntries(changed.map((name) => [name, now[name]]))
}

export const lengthOf = (form: EventForm): number => Date.parse(fromPicker(form.ends)) - Date.parse(fromPicker(form.starts))

/** Whether what must be said is said, as far as a form can tell. */
export const isComplete = (form: EventForm): boolean =>
  !!form.title.trim() && !!form.organisation_id && lengthOf(form) > 0 && (!form.fenced || (form.latitude !== null && form.longitude !== null))
