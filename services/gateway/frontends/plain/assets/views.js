// What the member sees, drawn from what the services answered.
import {element} from './dom.js';

const {t} = window.Words;
const ZONE = 'Asia/Shanghai';

const locale = () => (window.Words.language() === 'en' ? 'en-GB' : 'zh-CN');
export const clockTime = (moment) => new Date(moment).toLocaleTimeString(locale(), {timeZone: ZONE, hour: '2-digit', minute: '2-digit'});
const signed = (points) => (points > 0 ? `+${points}` : String(points));

// "2026-11", "2026-Q4", "2026" of this moment in Shanghai.
export function periods() {
  const [year, month] = new Date().toLocaleDateString('en-CA', {timeZone: ZONE}).split('-');
  return {month: `${year}-${month}`, quarter: `${year}-Q${Math.ceil(Number(month) / 3)}`, year};
}

export const heading = (key) => element('h2', {}, t(key));
export const soft = (text) => element('p', {class: 'soft'}, text);

export function points(answer) {
  const categories = answer.categories.map((entry) => element('li', {},
    element('div', {class: 'pair'},
      element('span', {}, t(entry.category)),
      element('span', {}, entry.cap === null ? String(entry.points) : t('ofCap', entry.points, entry.cap))),
    entry.cap === null ? null : element('progress', {
      value: Math.max(0, entry.points), max: entry.cap, 'aria-label': t(entry.category),
    })));
  return [
    heading('myPoints'),
    element('p', {class: 'big', id: 'total'}, String(answer.points)),
    element('ul', {class: 'plain-list'}, ...categories),
  ];
}

const RUNS_EVENTS = ['organiser', 'branch_secretary', 'committee_member', 'unit_admin', 'city_admin'];

export function events(answer, me) {
  const runs = me.roles.some((grant) => RUNS_EVENTS.includes(grant.role));
  const items = answer.items.filter((event) => event.state !== 'draft').map((event) => element('li', {},
    element('div', {class: 'pair'},
      element('b', {}, event.title),
      element('span', {}, `${clockTime(event.starts_at)}–${clockTime(event.ends_at)}`)),
    event.state === 'cancelled' ? element('p', {class: 'notice bad'}, t('cancelled')) : null,
    event.place ? soft(event.place) : null,
    runs ? element('a', {class: 'link', href: `/screen/${encodeURIComponent(event.id)}`}, t('openScreen')) : null));
  return [heading('today'), items.length ? element('ul', {class: 'plain-list'}, ...items) : soft(t('nothingToday'))];
}

export function inbox(answer, readAll) {
  const items = answer.items.map((notice) => element('li', {},
    element(notice.read ? 'span' : 'b', {}, notice.text),
    soft(new Date(notice.created_at).toLocaleString(locale(), {timeZone: ZONE, dateStyle: 'medium', timeStyle: 'short'}))));
  const button = element('button', {type: 'button', class: 'link'}, t('readAll', answer.unread));
  button.addEventListener('click', readAll);
  return [
    heading('inbox'),
    items.length ? element('ul', {class: 'plain-list'}, ...items) : soft(t('inboxEmpty')),
    answer.unread ? button : null,
  ];
}

export function board(answer, period, choose, me) {
  const tabs = ['month', 'quarter', 'year'].map((name) => {
    const tab = element('button', {type: 'button', 'aria-pressed': String(name === period)}, t(name));
    tab.addEventListener('click', () => choose(name));
    return tab;
  });
  const parts = [heading('board'), element('div', {class: 'tabs'}, ...tabs)];
  if (answer === null) return [...parts, soft(t('loading'))];
  if (answer.policy === 'off') return [...parts, soft(t('boardOff'))];
  const {own, items} = answer;
  const shown = items.some((row) => row.member.id === me.member_id) ? [] : own?.neighbours ?? [];
  return [
    ...parts,
    own?.rank ? element('p', {id: 'own-place'}, t('own', own.rank, answer.size, own.points)) : null,
    items.length || own?.rank ? places(items, me) : soft(t('boardEmpty')),
    shown.length ? soft(t('around')) : null,
    shown.length ? places(shown, me) : null,
  ];
}

const places = (rows, me) => element('table', {}, element('tbody', {}, ...rows.map((row) => element(
  'tr', {class: row.member.id === me.member_id ? 'own' : null},
  element('td', {}, String(row.rank)), element('td', {}, row.member.name), element('td', {}, String(row.points))))));

export const waits = (answer) => answer.check_in.state === 'pending';

export function checkedIn(answer) {
  return [
    heading('lastReceipt'),
    waits(answer) ? element('p', {class: 'notice', id: 'checked-in'}, t('waits')) : element(
      'p', {class: 'notice good', id: 'checked-in'},
      t(answer.already ? 'already' : 'done'), ' ', t('at', clockTime(answer.check_in.checked_in_at)),
    ),
    element('b', {}, answer.check_in.event_title),
  ];
}

// "+2, lecture attended, 6 of 8 left this year", or why not: the server's own sentences.
export function receipt(answer) {
  return [
    element('p', {class: `big${answer.points > 0 ? ' plus' : ''}`, id: 'earned'}, signed(answer.points)),
    element('ul', {class: 'plain-list'}, ...answer.why.map((why) => element('li', {}, why))),
  ];
}
