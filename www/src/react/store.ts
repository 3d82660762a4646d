/** What the hook sees: the widget of one id, whoever mounts it and whenever, and commands that wait for it. */
import type { ChatHandle, ChatState } from '@miptech/chat'
import type { ChatControls } from '@miptech/chat/react'
import { errorOf } from '../events'
import { handleOf, watch } from '../module'

type Command = 'open' | 'close' | 'toggle' | 'send' | 'setDraft' | 'stop' | 'signIn' | 'logout'

const COMMANDS: readonly Command[] = ['open', 'close', 'toggle', 'send', 'setDraft', 'stop', 'signIn', 'logout']

const NOTHING: ChatState = {
  status: 'idle',
  isOpen: false,
  unread: 0,
  chatId: null,
  connection: { state: 'idle' },
  auth: 'anonymous',
  messages: 0,
}

export interface Store {
  subscribe(changed: () => void): () => void
  snapshot(): ChatControls
  /** What there is before anything is mounted, and on a server. */
  atFirst(): ChatControls
}

export function createStore(id: string): Store {
  let handle: ChatHandle | undefined
  let endState: (() => void) | undefined
  /** Commands from before there is a widget, in order. */
  let waiting: { run(handle: ChatHandle): void; refuse(): void }[] = []
  const changed = new Set<() => void>()

  const call = (name: Command, args: unknown[]): unknown => {
    // Looked up, since a widget may be mounted or gone before the news of it is here.
    const now = handleOf(id)
    const ask = (handle: ChatHandle): unknown => (handle[name] as (...args: unknown[]) => unknown)(...args)
    if (now) return ask(now)
    const answer = new Promise((resolve) => {
      waiting.push({ run: (handle) => resolve(ask(handle)), refuse: () => resolve(refusal(name)) })
      if (!changed.size) refuseAll()
    })
    return name === 'send' || name === 'signIn' || name === 'logout' ? answer : undefined
  }

  const refuseAll = (): void => {
    for (const { refuse } of waiting.splice(0)) refuse()
  }

  const commands = Object.fromEntries(COMMANDS.map((name) => [name, (...args: unknown[]) => call(name, args)])) as Pick<ChatControls, Command>

  // Quoted, what a page reads keeps its name: the build shortens some that only we use.
  const controls = (): ChatControls => {
    const { status, isOpen, unread, connection, error } = handle?.getState() ?? NOTHING
    return { status, isOpen, unread, connection, error, ...commands, ['handle']: handle ?? null }
  }
  const first = controls()
  let snapshot = first

  const refresh = (): void => {
    snapshot = handle ? controls() : first
    for (const callback of changed) callback()
  }

  const look = (): void => {
    const found = handleOf(id)
    if (found === handle) return
    endState?.()
    handle = found
    endState = handle?.subscribe(refresh)
    refresh()
    if (handle) for (const { run } of waiting.splice(0)) run(handle)
  }

  let endWatch: () => void
  return {
    snapshot: () => snapshot,
    atFirst: () => first,
    subscribe(callback) {
      if (!changed.size) endWatch = watch(look)
      changed.add(callback)
      look()
      return () => {
        if (!changed.delete(callback) || changed.size) return
        endWatch()
        endState?.()
        handle = endState = undefined
        // StrictMode subscribes again at once; whoever is gone for good gets an answer.
        setTimeout(() => changed.size || refuseAll())
      }
    },
  }
}

function refusal(name: Command): unknown {
  if (name === 'logout') return undefined
  return { ok: false, error: errorOf('message/rejected', 'send', 'No widget with this id is mounted.') }
}
