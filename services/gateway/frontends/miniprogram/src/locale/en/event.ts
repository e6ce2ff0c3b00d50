import type { Named } from '../named'
import type zh from '../zh-CN/event'

const en: typeof zh = {
  events: {
    title: 'Events', all: 'All', filter: 'Category', none: 'Nothing is coming up for you.', noneMine: 'Nothing of yours is coming up.',
    freeDay: 'Nothing is on that day.', shape: 'Show as', list: 'List', month: 'Month', whose: 'Whose', everyone: 'All', mine: 'Mine',
    search: 'Name or place', before: 'The month before', after: 'The month after', asksRegistration: 'By registration',
    dayHas: (c: Named) => `${c.named('day')}, events: ${c.named('n')}`,
    weekday: { mon: 'Mo', tue: 'Tu', wed: 'We', thu: 'Th', fri: 'Fr', sat: 'Sa', sun: 'Su' },
  },
  event: {
    title: 'Event',
    when: 'When', where: 'Where', by: 'Held by', session: 'Session', checkIn: 'Check-in',
    window: (c: Named) => `Check-in ${c.named('from')}`,
    cancelled: (c: Named) => `Cancelled: ${c.named('reason')}`,
    addToCalendar: 'Add to my calendar',
    calendarRefused: 'Not added; allow it in the phone\'s settings.',
    state: { draft: 'Draft', published: 'Published', open: 'Check-in open', closed: 'Over', over: 'Past', cancelled: 'Cancelled' },
  },
  registration: {
    title: 'Registration',
    is: {
      open: 'You can register', full: 'All seats are taken; you can wait for one', waiting: (c: Named) => `Waiting, number ${c.named('n')}`,
      offered: 'A seat is kept for you; please reply', registered: 'You are registered', notYet: 'Registration is not open yet', over: 'Registration is over',
    },
    do: {
      register: 'Register', wait: 'Join the waiting list', accept: 'Take the seat', decline: 'Let it go', leaveList: 'Leave the list',
      cancel: 'Cancel my registration',
    },
    sure: {
      decline: 'The seat then goes to the next. Let it go?', leaveList: 'You would queue anew. Leave the list?',
      cancel: 'Your seat then goes to those who wait. Cancel it?',
    },
    seats: (c: Named) => `Seats left: ${c.named('n')}, waiting: ${c.named('waiting')}`,
    opens: (c: Named) => `Opens ${c.named('time')}`,
    replyBy: (c: Named) => `Please reply by ${c.named('time')}`,
    until: (c: Named) => `You can cancel until ${c.named('time')}`,
  },
  leave: {
    title: 'Leave',
    why: 'If you cannot come, ask for leave beforehand; the organiser approves it.',
    ask: 'Ask for leave', reason: 'Why', send: 'Send', withdraw: 'Take it back',
    is: { asked: 'Sent; it waits for approval', approved: 'Approved', declined: 'Declined', withdrawn: 'Taken back' },
  },
}

export default en
