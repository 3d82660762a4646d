/** The flight recorder of pages with `debug: true`: what changed last, and which frames came and went. Never a text, an id or a token. */
import type { ChatEvents, ChatError } from '@miptech/chat'
import type { Instance } from './guard'
import { tenantOf } from './keys'
import type { Seat } from './seat'

/** What happened, and how often in a row. */
export interface Change {
  /** Milliseconds since 1970, of the last time. */
  at: number
  what: string
  times: number
}

/** The last ones of each widget; they outlast a crash. */
const recorded = new WeakMap<Seat, Change[]>()

export const changesOf = (seat: Seat): readonly Change[] => recorded.get(seat) ?? []

export function record(seat: Seat, { makers }: Instance): void {
  const changes = recorded.get(seat) ?? []
  recorded.set(seat, changes)
  const note = (what: string): void => {
    const last = changes.at(-1)
    if (last?.what === what) Object.assign(last, { at: Date.now(), times: last.times + 1 })
    else changes.push({ at: Date.now(), what, times: 1 })
    if (changes.length > MOST) changes.shift()
  }
  for (const [name, words] of Object.entries(EVENTS)) {
    seat.hostElement.addEventListener(`miptech-chat:${name}`, ({ detail }: Event & { detail?: never }) => note(words(detail as never)))
  }
  const hear = (made: object): void => {
    if (!(made instanceof WebSocket)) return
    // Widgets of one page share an instance. A socket says whose tenant it is for, and whose chat where that was made before.
    const asked = new URL(made.url).searchParams
    const chat = asked.get('chat_id')
    if (asked.get('tenant_id') !== tenantOf(seat.options) || (chat && chat !== seat.handle.getState().chatId)) return
    note('socket asked for')
    made.addEventListener('open', () => note('socket open'))
    made.addEventListener('close', ({ code }) => note(`socket closed ${code}`))
    made.addEventListener('message', ({ data }) => note(`← ${typeOf(data)}`))
    const { send } = made
    made.send = (data) => {
      note(`→ ${typeOf(data)}`)
      send.call(made, data)
    }
  }
  makers.add(hear)
  seat.life.signal.addEventListener('abort', () => makers.delete(hear))
}

/** What of an event says how things stand. */
const EVENTS: { [E in keyof ChatEvents]?: (detail: ChatEvents[E]) => string } = {
  'auth:change': ({ state }) => `auth ${state}`,
  close: () => 'panel closed',
  'connection:change': ({ state, reason, retryInMs }) => `connection ${state}${reason ? `, ${reason}` : ''}${retryInMs ? `, next try in ${Math.round(retryInMs)} ms` : ''}`,
  'conversation:end': () => 'conversation ended',
  'conversation:start': () => 'conversation begun',
  error: ({ code, stage, status, closeCode }: ChatError) => `error ${[code, 'at', stage, status, closeCode].filter(Boolean).join(' ')}`,
  'message:failed': ({ error }) => `message failed, ${error.code}`,
  'message:sent': () => 'message sent',
  open: () => 'panel opened',
  ready: () => 'code runs',
  'response:end': ({ reason, firstTokenMs }) => `answer ${reason}${firstTokenMs === undefined ? '' : `, first words after ${Math.round(firstTokenMs)} ms`}`,
  'response:start': () => 'answer begun',
}

/** The type of a frame; one that is none of ours says nothing. */
function typeOf(data: unknown): string {
  const type = typeof data === 'string' && /"type"\s*:\s*"([a-z_]{1,40})"/.exec(data)?.[1]
  return type || (typeof data === 'string' ? 'text' : 'binary')
}

/** How many are kept. */
const MOST = 200
