/** The door of a host page's own tests: the same calls, no widget, no network, and a record of what was asked. */
import type { ChatEvent, ChatEvents, ChatHandle, ChatOptions, ChatState, DiagnosticReport } from '@miptech/chat'
import type { Call, TestHandle } from '@miptech/chat/testing'

export const version: string = __VERSION__

const mounted = new Map<string, { handle: TestHandle; retain: () => void }>()
const watchers = new Set<() => void>()

export function mount(options: ChatOptions = {}): TestHandle {
  const id = `${options.id ?? 'default'}`
  const known = mounted.get(id)
  if (known) {
    known.retain()
    return known.handle
  }
  const made = create(id, options)
  mounted.set(id, made)
  tell()
  return made.handle
}

export function handleOf(id = 'default'): TestHandle | undefined {
  return mounted.get(id)?.handle
}

export { handleOf as get }

export function csp(): string {
  return ''
}

/** Forgets every widget at once; for `afterEach`. */
export function reset(): void {
  mounted.clear()
  tell()
}

/** As in the real module: what the React hook follows. */
export function watch(callback: () => void): () => void {
  watchers.add(callback)
  return () => void watchers.delete(callback)
}

function tell(): void {
  for (const callback of watchers) callback()
}

function create(id: string, options: ChatOptions): { handle: TestHandle; retain: () => void } {
  let holders = 1
  let count = 0
  let state: ChatState = Object.freeze({
    status: 'idle',
    isOpen: options.open === true,
    unread: 0,
    chatId: null,
    connection: { state: 'idle' },
    auth: 'anonymous',
    messages: 0,
  } satisfies ChatState)
  const calls: Call[] = []
  const listeners: [name: ChatEvent, callback: (detail: never) => void][] = []
  const subscribers = new Set<(state: ChatState) => void>()

  const emit = <E extends ChatEvent>(name: E, detail: ChatEvents[E]): void => {
    for (const [known, callback] of [...listeners]) {
      if (known === name) callback(detail as never)
    }
  }
  const setState = (patch: Partial<ChatState>): void => {
    state = Object.freeze({ ...state, ...patch })
    for (const callback of subscribers) callback(state)
  }
  const turn = (isOpen: boolean): void => {
    if (state.isOpen === isOpen) return
    setState({ isOpen, unread: isOpen ? 0 : state.unread })
    emit(isOpen ? 'open' : 'close', { by: 'host' })
  }
  const off: ChatHandle['off'] = (name, callback) => {
    for (let at = listeners.length - 1; at >= 0; at -= 1) {
      const [known, heard] = listeners[at]!
      if (known === name && (!callback || heard === callback)) listeners.splice(at, 1)
    }
  }
  const on: ChatHandle['on'] = (name, callback) => {
    listeners.push([name, callback])
    return () => off(name, callback)
  }
  const destroy = async (): Promise<void> => {
    holders -= holders && 1
    await new Promise((resolve) => setTimeout(resolve))
    if (holders || mounted.get(id)?.handle !== handle) return
    mounted.delete(id)
    listeners.length = 0
    subscribers.clear()
    tell()
  }
  const user = { id: 'test-user' }
  const doings: Omit<ChatHandle, 'id' | 'element' | 'ready'> = {
    getState: () => state,
    subscribe(callback) {
      subscribers.add(callback)
      return () => void subscribers.delete(callback)
    },
    on,
    off,
    once(name, callback) {
      const end = on(name, (detail) => {
        end()
        callback(detail)
      })
      return end
    },
    open: () => turn(true),
    close: () => turn(false),
    toggle: () => turn(!state.isOpen),
    show() {},
    hide() {},
    isOpen: () => state.isOpen,
    async send(text, { clientId = `client-${(count += 1)}` } = {}) {
      const sent = { id: `message-${clientId}`, clientId }
      setState({ messages: state.messages + 1 })
      emit('message:sent', { ...sent, chars: text.length })
      return { ok: true, ...sent }
    },
    retry() {},
    stop() {},
    regenerate() {},
    setDraft() {},
    focusComposer() {},
    async newConversation() {},
    getMessages: () => [],
    markRead: () => setState({ unread: 0 }),
    async signIn() {
      setState({ auth: 'signed-in' })
      return { ok: true, user }
    },
    async register() {
      setState({ auth: 'signed-in' })
      return { ok: true, user }
    },
    async logout() {
      setState({ auth: 'anonymous' })
    },
    isAuthenticated: () => state.auth === 'signed-in',
    getProfile: async () => (state.auth === 'signed-in' ? user : null),
    identify() {},
    setToken() {},
    setContext() {},
    setLocale() {},
    setTheme() {},
    setConsent() {},
    update() {},
    exportConversation: async (format = 'json') => new Blob([format === 'json' ? '[]' : '']),
    async eraseConversation() {},
    diagnose: async (): Promise<DiagnosticReport> => ({
      version,
      buildId: version,
      createdAt: new Date(0).toISOString(),
      profile: 'two-step',
      capabilities: [],
      checks: [],
    }),
    destroy,
    unmount: destroy,
  }
  const recorded = Object.entries(doings).map(([method, run]) => [
    method,
    (...args: unknown[]) => {
      calls.push({ method: method as Call['method'], args })
      return (run as (...args: unknown[]) => unknown)(...args)
    },
  ])
  const handle: TestHandle = {
    id,
    element: null,
    ready: Promise.resolve(),
    ...(Object.fromEntries(recorded) as typeof doings),
    options,
    calls,
    emit,
    setState,
  }
  for (const [name, callback] of Object.entries(options.on ?? {})) on(name as ChatEvent, callback as () => void)
  return { handle, retain: () => void (holders += 1) }
}
