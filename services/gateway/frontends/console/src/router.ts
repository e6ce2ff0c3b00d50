/** Addresses and what each asks for; the menu is drawn from the same list. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { PermissionName } from './api/permissions'
import { asProblem } from '@api/problem'
import type { words } from './locale'
import { may, me, readMe, signedIn } from './stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    permission?: PermissionName
    /** Its own page, without menu and head. */
    bare?: boolean
    /** Where it stands in the menu. */
    group?: MenuWord
    word?: MenuWord
  }
}

export type MenuWord = Exclude<keyof (typeof words.value)['menu'], 'label'>

function page(
  path: string,
  load: () => Promise<unknown>,
  permission?: PermissionName,
  menu?: [group: MenuWord, word: MenuWord],
): RouteRecordRaw {
  const meta = { permission, ...(menu ? { group: menu[0], word: menu[1] } : {}) }
  return { path, name: path, component: load as () => Promise<never>, meta }
}

export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./pages/frame/SignInPage.vue'), meta: { bare: true } },
  page('/', () => import('./pages/points/HomePage.vue'), undefined, ['home', 'home']),

  page('/rules', () => import('./pages/rules/RulesPage.vue'), 'rules.read', ['rulesGroup', 'rules']),
  page('/rule-sets', () => import('./pages/rules/RuleSetsPage.vue'), 'rule_sets.read', ['rulesGroup', 'ruleSets']),
  page('/rule-sets/:id', () => import('./pages/rules/RuleSetPage.vue'), 'rule_sets.read'),
  page('/simulations/:id', () => import('./pages/rules/SimulationPage.vue'), 'simulations.run'),

  page('/organisations', () => import('./pages/people/OrganisationsPage.vue'), 'roster.read', ['peopleGroup', 'organisations']),
  page('/members', () => import('./pages/people/MembersPage.vue'), 'roster.read', ['peopleGroup', 'members']),
  page('/members/:id', () => import('./pages/people/MemberPage.vue'), 'roster.read'),
  page('/roles', () => import('./pages/people/RolesPage.vue'), 'roles.read', ['peopleGroup', 'roles']),
  page('/invitations', () => import('./pages/people/InvitationsPage.vue'), 'invitations.issue', ['peopleGroup', 'invitations']),
  page('/namesakes', () => import('./pages/people/NamesakesPage.vue'), 'roster.namesakes', ['peopleGroup', 'namesakes']),
  page('/roster-import', () => import('./pages/people/RosterImportPage.vue'), 'roster.write', ['peopleGroup', 'rosterImport']),

  page('/claims', () => import('./pages/queues/ClaimsPage.vue'), 'claims.review', ['queuesGroup', 'claims']),
  page('/adjustments', () => import('./pages/queues/AdjustmentsPage.vue'), 'adjustments.decide', ['queuesGroup', 'adjustments']),
  page('/appeals', () => import('./pages/queues/AppealsPage.vue'), 'appeals.decide', ['queuesGroup', 'appeals']),
  page('/objections', () => import('./pages/queues/ObjectionsPage.vue'), 'statements.keep', ['queuesGroup', 'objections']),
  page('/held-facts', () => import('./pages/queues/HeldPage.vue'), 'held_facts.decide', ['queuesGroup', 'held']),
  page('/flagged', () => import('./pages/queues/FlaggedPage.vue'), 'events.create', ['queuesGroup', 'flagged']),

  page('/events', () => import('./pages/events/EventsPage.vue'), 'events.create', ['eventsGroup', 'events']),
  page('/calendar', () => import('./pages/events/CalendarPage.vue'), 'events.create', ['eventsGroup', 'calendar']),
  page('/events/new', () => import('./pages/events/EventNewPage.vue'), 'events.create'),
  page('/events/:id', () => import('./pages/events/EventPage.vue'), 'events.create'),
  page('/events/:id/printed-codes', () => import('./pages/events/PrintedCodesPage.vue'), 'events.create'),
  page('/year-themes', () => import('./pages/events/YearThemesPage.vue'), 'year_themes.read', ['eventsGroup', 'themes']),
  page('/working-days', () => import('./pages/events/WorkingDaysPage.vue'), 'calendar.read', ['eventsGroup', 'workingDays']),
  page('/plan-import', () => import('./pages/events/PlanImportPage.vue'), 'events.import', ['eventsGroup', 'plan']),
  page('/record-book', () => import('./pages/events/RecordBookPage.vue'), 'record_book.read', ['eventsGroup', 'recordBook']),

  page('/statements', () => import('./pages/points/StatementsPage.vue'), 'statements.keep', ['pointsGroup', 'statements']),
  page('/statements/:id', () => import('./pages/points/StatementPage.vue'), 'statements.keep'),
  page('/cadence', () => import('./pages/points/CadencePage.vue'), 'cadence.read', ['pointsGroup', 'cadence']),
  page('/cadence-rules', () => import('./pages/points/CadenceRulesPage.vue'), 'cadence.rules', ['pointsGroup', 'cadenceRules']),
  page('/study-hours', () => import('./pages/points/StudyHoursPage.vue'), 'study_hours.read', ['pointsGroup', 'studyHours']),
  page('/boards', () => import('./pages/points/BoardsPage.vue'), 'board_policies.write', ['pointsGroup', 'boards']),
  page('/reports', () => import('./pages/points/ReportsPage.vue'), 'reports.ask', ['pointsGroup', 'reports']),

  page('/running', () => import('./pages/system/RunningPage.vue'), 'messages.read', ['systemGroup', 'running']),
  page('/audit', () => import('./pages/system/AuditPage.vue'), 'audit.read', ['systemGroup', 'audit']),
  page('/proofs', () => import('./pages/system/ProofsPage.vue'), 'proofs.read', ['systemGroup', 'proofs']),
  page('/imports', () => import('./pages/system/ImportsPage.vue'), 'imports', ['systemGroup', 'imports']),

  page('/accounts', () => import('./pages/system/AccountsPage.vue'), 'accounts.read', ['systemGroup', 'accounts']),
  page('/accounts/:id', () => import('./pages/system/AccountPage.vue'), 'accounts.read'),
  page('/my-sign-in', () => import('./pages/system/MySignInPage.vue')),
  { path: '/enrol', name: 'enrol', component: () => import('./pages/frame/EnrolPage.vue'), meta: { bare: true } },

  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./pages/frame/NotFoundPage.vue') },
]

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach(async (to) => {
  if (to.meta.bare) return true
  const signIn = { name: 'sign-in', query: { next: to.fullPath } }
  if (!signedIn()) return signIn
  try {
    if (!me.value) await readMe()
  } catch (error) {
    // Somebody who is away for a moment is no reason to sign in again: the frame says so.
    if (asProblem(error).status === 401 || asProblem(error).status === 403) return signIn
  }
  return true
})

export const allowed = (permission: PermissionName | undefined): boolean => !permission || may(permission)
