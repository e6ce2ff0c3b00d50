/** An event as a phone's calendar takes it (RFC 5545). */

export interface Entry {
  id: string
  title: string
  place: string
  startsAt: string
  endsAt: string
}

/** A calendar with one entry, lines folded at 75 octets and ended as the standard wants. */
export function icsOf(entry: Entry, now = new Date()): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//member-points//member-app//ZH',
    'BEGIN:VEVENT',
    `UID:${entry.id}@member-points`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(new Date(entry.startsAt))}`,
    `DTEND:${stamp(new Date(entry.endsAt))}`,
    `SUMMARY:${escaped(entry.title)}`,
    ...(entry.place ? [`LOCATION:${escaped(entry.place)}`] : []),
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT1H',
    `DESCRIPTION:${escaped(entry.title)}`,
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return lines.map(folded).join('\r\n') + '\r\n'
}

function stamp(moment: Date): string {
  return `${moment.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`
}

const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n')

/** A character is never cut in two: three octets are the most a Chinese one has, four an emoji. */
function folded(line: string): string {
  let octets = 0
  let out = ''
  for (const letter of line) {
    const size = sizeOf(letter)
    if (octets + size > 75) {
      out += '\r\n '
      octets = 1
    }
    out += letter
    octets += size
  }
  return out
}

function sizeOf(letter: string): number {
  const code = letter.codePointAt(0)!
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
}
