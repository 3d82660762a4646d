/** A widget that follows its options while they change, as a component's properties and an element's attributes do. */
import type { ChatEvent, ChatHandle, ChatOptions } from '@miptech/chat'
import { mount } from './module'

/** All events but `response:delta`, which is told only to those who ask for it. */
export const EVENTS = (
  'ready open close conversation:start conversation:end message:sent message:received message:failed response:start ' +
  'response:end unread:change connection:change auth:change auth:required feedback link:click source:click ' +
  'invitation:shown invitation:dismissed invitation:accepted consent:change error'
).split(' ') as ChatEvent[]

/** What makes another widget of it: these are read once, so a change takes the widget away and mounts it anew. */
const IDENTITY = ['id', 'tenantId', 'apiUrl', 'wsUrl', 'target', 'profile', 'storage', 'tokenKeys', 'tokenTransport'] as const

export interface Follower {
  readonly handle: ChatHandle | undefined
  /** Mounts, or brings the mounted widget to what the options are by now. */
  follow(): void
  /** Lets go. Followed again within the same task, the widget and its session go on. */
  end(): void
}

/** `read` gives the latest options, its functions included; `told` hears of every handle and of its end. */
export function follower(read: () => ChatOptions, told?: (handle: ChatHandle | undefined) => void): Follower {
  let handle: ChatHandle | undefined
  let followed: ChatOptions = {}
  let isWanted = false
  /** The last end, while it may still be under way. */
  let leaving: Promise<void> | undefined
  const ends = new Map<ChatEvent, () => void>()

  const hear = (name: ChatEvent): void => {
    // Looked up when it is called: whose function it is does not matter, only what it is by then.
    let isHearing = true
    const tell = (detail: unknown): void => {
      if (isHearing) (read().on?.[name] as ((detail: unknown) => void) | undefined)?.(detail)
    }
    if (!handle || ends.has(name)) return
    const end = handle.on(name, tell)
    ends.set(name, () => {
      isHearing = false
      end()
    })
  }

  const hearText = (): void => {
    const name = 'response:delta'
    if (read().on?.[name]) return hear(name)
    ends.get(name)?.()
    ends.delete(name)
  }

  const enter = (options: ChatOptions): void => {
    handle = mount(options)
    followed = options
    for (const name of EVENTS) hear(name)
    hearText()
    told?.(handle)
  }

  const leave = (): void => {
    if (!handle) return
    for (const end of ends.values()) end()
    ends.clear()
    const ended = handle.destroy()
    leaving = ended
    void ended.then(() => {
      if (leaving === ended) leaving = undefined
    })
    handle = undefined
    told?.(handle)
  }

  return {
    get handle() {
      return handle
    },
    follow() {
      isWanted = true
      const options = standing(read)
      const isOther = IDENTITY.some((name) => !same(followed[name], options[name]))
      if (handle && !isOther) {
        const patch = changes(followed, options)
        followed = options
        hearText()
        if (patch) handle.update(patch)
        return
      }
      leave()
      // Mounted within the grace of the former, the same id would be the former widget.
      if (!leaving || !isOther) enter(options)
      else void leaving.then(() => isWanted && !handle && enter(standing(read)))
    },
    end() {
      isWanted = false
      leave()
    },
  }
}

/** The options with functions that stay, and call what `read` gives by then; listeners are heard by the follower. */
function standing(read: () => ChatOptions): ChatOptions {
  const { on: _, ...options } = read()
  if (options.getToken) options.getToken = async (asked) => (await read().getToken?.(asked)) ?? null
  if (typeof options.context === 'function') {
    options.context = () => {
      const { context } = read()
      return (typeof context === 'function' ? context() : context) ?? {}
    }
  }
  return options
}

/** What differs, with `undefined` for what is gone; nothing when nothing does. */
function changes(from: ChatOptions, to: ChatOptions): Partial<ChatOptions> | undefined {
  const names = Object.keys({ ...from, ...to }) as (keyof ChatOptions)[]
  const changed = names.filter((name) => !same(from[name], to[name]))
  return changed[0] && Object.fromEntries(changed.map((name) => [name, to[name]]))
}

/** By value, however deep; of two functions only that they are some. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other) || (typeof one === 'function' && typeof other === 'function')) return true
  if (!isRecord(one) || !isRecord(other)) return false
  const names = Object.keys({ ...one, ...other })
  return Array.isArray(one) === Array.isArray(other) && names.every((name) => same(one[name], other[name]))
}

/** Elements and the like are what they are, and never walked through. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]'
}
