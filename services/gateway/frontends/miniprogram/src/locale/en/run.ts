import type { Named } from '../named'
import type zh from '../zh-CN/run'

const en: typeof zh = {
  run: {
    title: 'Run events', note: 'Publish, check in, review, close', one: 'Run this event',
    new: 'New event', again: 'Hold one like it', mine: 'Mine', organisation: 'My branch', none: 'No events of yours to run.',
    notYours: 'Your role does not make events; ask the branch secretary.',
    name: 'Name', day: 'Day', time: 'Begins at', length: 'Length',
    hours: (c: Named) => `${c.named('n')} h`,
    registers: 'People register', registersNote: 'Otherwise whoever is expected, or wants to, just comes', seats: 'Seats (empty: no limit)',
    createAndShow: 'Create and publish', createDraft: 'Keep as a draft',
    present: 'present', expected: 'expected', notLive: 'The count has stopped; connecting again…',
    way: { code: 'Show the code', desk: 'Desk', reviews: 'To review', offline: 'Without network' },
    wayNote: { code: 'Full screen, with six digits', desk: 'Tick names, scan passes', reviews: 'Sent late, or worth a look', offline: 'Take the list along first' },
    preflight: 'Before people come', level: { warning: 'Look', missing: 'Missing' },
    do: { publish: 'Publish', open: 'Open check-in early', close: 'Close check-in' },
    openSure: 'It is not time yet. Open check-in now?',
    count: 'People counted in the hall, if you did', countNote: 'It is kept beside the check-ins. Nobody can check in after closing.', closeNow: 'Close it', closed: 'Check-in is closed',
    cancel: 'Call the event off', why: 'Why (those concerned are told)', cancelNow: 'Call it off',
    codeLabel: 'Check-in code', stale: 'No network; this code is too old. Fetching a new one.', arrived: (c: Named) => `${c.named('n')} checked in`,
    find: 'Find somebody', findHow: 'Name or initials', nobody: 'Nobody found.', notExpected: 'Not expected',
    whyTick: 'Ticked because', reasonHow: 'Say why',
    reason: { battery: 'Phone is empty', none: 'No phone along', old: 'Uses no phone', other: 'Other' },
    tick: 'Tick', undo: 'Undo', scanPass: 'Scan a pass',
    inSince: (c: Named) => `In since ${c.named('time')}`,
    isIn: (c: Named) => `${c.named('name')} is in, ${c.named('time')}`, wasIn: (c: Named) => `${c.named('name')} was in already, ${c.named('time')}`,
    noReviews: 'Nothing to review.', confirm: 'It is right', refuse: 'It is not', refuseWhy: 'Why', refuseNow: 'Take it back',
    confirmAll: (c: Named) => `All ${c.named('n')} are right`, confirmSure: (c: Named) => `Are all ${c.named('n')} check-ins right?`,
    confirmed: (c: Named) => `${c.named('n')} confirmed`,
  },
  offline: {
    what: 'Fetch the list while there is a network, and take people in where there is none. Marks stay on this phone and are sent by themselves when there is one again. The list holds family names and initials only.',
    take: 'Fetch the list',
    has: (c: Named) => `${c.named('n')} people; send by ${c.named('time')}`,
    incomplete: 'Others may come as well; passes that are not known are kept.',
    findHow: 'Whole name, family name or initials',
    in: 'Noted', unknown: 'This pass is not on the list; make sure who it is and tick the name.', stranger: 'A pass not on the list',
    noted: (c: Named) => `${c.named('name')} is noted`,
    refused: 'Not accepted; see to them at the desk',
    waiting: (c: Named) => `${c.named('n')} to be sent`,
    send: 'Send now', drop: 'Delete the list', dropSure: 'The list is deleted from this phone. Sure?',
  },
}

export default en
