/**
 * How often the widget may crash (`faults.md` section 6.5): three restarts in ten minutes. A widget that crashes at its
 * start twice loses the stored transcript, and at the third time it rests for an hour.
 *
 * The counters are kept beyond the page, where the visitor's ids are: before that nothing is stored.
 */
import type { ChatOptions } from '@miptech/chat'
import { type Keys, keyOf } from './keys'

interface Counters {
  /** When it crashed, in milliseconds since 1970; of the last ten minutes. */
  crashes: number[]
  /** How often it failed to start in a row, and when last. */
  starts: number
  last: number
}

const counted = new Map<string, Counters>()

function countersOf(options: ChatOptions, storage: Keys): Counters {
  const key = keyOf(options, 'crashes')
  let known = counted.get(key)
  if (!known) {
    const [starts = 0, last = 0, ...crashes] = (storage.getItem(key) ?? '').split(',').map((part) => +part || 0)
    counted.set(key, (known = { crashes, starts, last }))
  }
  return known
}

function keep(options: ChatOptions, storage: Keys, { crashes, starts, last }: Counters): void {
  const key = keyOf(options, 'crashes')
  if (!crashes[0] && !starts) storage.removeItem(key)
  else if (storage.getItem('miptech_session_id')) storage.setItem(key, [starts, last, ...crashes].join())
}

/** What the widget crashed of may be what it kept of the conversation; nobody loses what the platform has too. */
function quarantine(options: ChatOptions, storage: Keys): void {
  const transcript = keyOf(options, 'transcript')
  const kept = storage.getItem(transcript)
  storage.removeItem(transcript)
  if (kept) storage.setItem(keyOf(options, 'quarantine'), kept)
}

/**
 * Counts a crash, and does what that calls for. Whether it was one too many. One over an answer that is not read again
 * (`src/ui/answer/confined.rs`) is no failure to start, whenever it came: the next start does not meet it.
 */
export function crashed(options: ChatOptions, storage: Keys, isStarting: boolean, { reading, unreadable = '' }: DOMStringMap): boolean {
  const isConfined = reading && !unreadable.split('\n').includes(reading)
  const counters = countersOf(options, storage)
  const now = Date.now()
  counters.last = now
  if (isStarting && !isConfined) {
    counters.starts++
    if (counters.starts === 2) quarantine(options, storage)
  } else {
    counters.crashes = [...counters.crashes.filter((at) => now - at < TEN_MINUTES), now]
  }
  keep(options, storage, counters)
  return counters.starts > 2 || counters.crashes.length > 3
}

/** It started, and lives. */
export function survived(options: ChatOptions, storage: Keys): void {
  const counters = countersOf(options, storage)
  if (counters.starts) {
    counters.starts = 0
    keep(options, storage, counters)
  }
}

/** Whether it may be started: not within an hour of having failed to three times. */
export function mayStart(options: ChatOptions, storage: Keys): boolean {
  const counters = countersOf(options, storage)
  if (counters.starts > 2 && Date.now() - counters.last < AN_HOUR) return false
  if (counters.starts > 2) counters.starts = 0
  return true
}

const TEN_MINUTES = 600_000
const AN_HOUR = 3_600_000
