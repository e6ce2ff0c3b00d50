import type { Named } from './named'
import type zh from './zh-CN'

const en: typeof zh = {
  app: { name: 'Points & check-in' },
  tabs: { home: 'Check in', events: 'Events', points: 'Points', board: 'Boards', me: 'Me' },
  common: {
    again: 'Try again',
    back: 'Back',
    cancel: 'Cancel',
    confirm: 'Confirm',
    empty: 'Nothing here yet',
    loading: 'Loading',
    more: 'Show more',
    points: (c: Named) => `${c.named('n')} points`,
    save: 'Save',
  },
  problem: {
    no_network: 'No network; check it and try again.',
    sign_in_needed: 'Sign in first.',
    timed_out: 'No answer for too long; try again.',
    unexpected: 'Something unexpected happened; try again in a moment.',
  },
}

export default en
