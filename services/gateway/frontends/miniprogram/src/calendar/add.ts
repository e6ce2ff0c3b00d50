/** Putting an event into the phone's own calendar. */
import { handOver } from '@/files'
import { icsOf, type Entry } from './ics'

/** @throws when the platform refuses, or the person does. */
export function addToCalendar(entry: Entry): Promise<void> {
  // #ifdef MP-WEIXIN
  return new Promise((resolve, reject) => {
    wx.addPhoneCalendar({
      title: entry.title,
      location: entry.place,
      startTime: Date.parse(entry.startsAt) / 1000,
      endTime: String(Date.parse(entry.endsAt) / 1000),
      alarmOffset: 3600,
      success: () => resolve(),
      fail: reject,
    })
  })
  // #endif
  // #ifdef H5
  return handOver(`${entry.title}.ics`, icsOf(entry), 'text/calendar')
  // #endif
}
