/**
 * `mount(options)`: one widget per id, reference counted, drawn at once and filled with code on intent.
 *
 * Written as one closure per widget rather than a class: it is the largest part of the loader, and locals minify.
 */
import type { ChatError, ChatEvent, ChatHandle, ChatOptions, ChatState, Message, SendResult } from '@miptech/chat'
import { type Inner, LoadError, type Place, loadCode } from './code'
import { type Facade, drawLauncher, words } from './launcher'

// The event's name decides the detail's type; here both are only passed through.
type Listener = (detail: any) => void

interface Known {
  handle: ChatHandle
  retain(): void
}

const instances = new Map<string, Known>()

const PREFIX = 'miptech-chat:'
const CHANGES =
  'ready open close conversation:start message:sent message:received message:failed unread:change connection:change error'

export interface Mounting {
  place: Place
  nonce?: string | undefined
}

export function instance(id = 'default'): ChatHandle | undefined {
  return instances.get(id)?.handle
}

export function allInstances(): ChatHandle[] {
  return [...instances.values()].map(({ handle }) => handle)
}

export function mountWith(mounting: Mounting, options: ChatOptions = {}): ChatHandle {
  const id = String(options.id ?? 'default')
  const known = instances.get(id)
  known?.retain()
  return known?.handle ?? create(id, options, mounting)
}

function create(id: string, options: ChatOptions, { place, nonce }: Mounting): ChatHandle {
  let holders = 1
  let facade: Facade | undefined
  let inner: Inner | undefined
  let isLoading = false
  let isGone = false
  let lastError: ChatError | undefined
  let resolveReady!: () => void
  /** Commands from before the code runs, in order. */
  let queue: ((inner: Inner) => void)[] = []
  const refusals: (() => void)[] = []
  let listeners: [name: string, callback: Listener, listener: EventListener][] = []

  const raise = (code: ChatError['code'], stage: ChatError['stage'], help: string): void => {
    const error = (lastError = made(code, stage, help))
    const event = new CustomEvent(`${PREFIX}error`, { bubbles: true, composed: true, detail: error })
    const { host } = facade ?? {}
    queueMicrotask(() => {
      if (host) host.dispatchEvent(event)
      // Nothing was drawn, so nothing can dispatch; who listens hears it all the same.
      else for (const [name, , listener] of listeners) if (name === 'error') listener(event)
    })
  }

  /** Promises of `send` that will never reach the code end now, as the contract says: resolved, not rejected. */
  const refuseAll = (): void => {
    queue = []
    for (const refuse of refusals.splice(0)) refuse()
  }

  const load = async (): Promise<void> => {
    if (isLoading || inner || !facade?.button) return
    const { host, button, say, yieldPlace } = facade
    isLoading = true
    say('')
    button.ariaBusy = 'true'
    try {
      const glue = await loadCode(place)
      if (!isGone) {
        const root = host.shadowRoot
        const hadFocus = root?.activeElement === button
        const made = glue.mount(host, { ...options, on: undefined })
        yieldPlace()
        if (hadFocus) root?.querySelector<HTMLElement>('.launcher')?.focus()
        inner = made
        for (const run of queue.splice(0)) run(made)
        resolveReady()
      }
    } catch (cause) {
      const { code, message } = cause instanceof LoadError ? cause : new LoadError('internal/panic', String(cause))
      console.error(`miptech-chat: ${code} ${message}`)
      say(words('Chat could not be loaded. Press to try again.', 'Non è stato possibile caricare la chat. Premi per riprovare.', options.locale))
      raise(code, 'load', message)
      refuseAll()
    }
    isLoading = false
    button.ariaBusy = null
  }

  /** Runs a command now, or once the code runs; one that means intent has the code fetched. */
  const command = (run: (inner: Inner) => void, meansIntent = false): void => {
    if (inner) run(inner)
    else if (!isGone) {
      queue.push(run)
      if (meansIntent) void load()
    }
  }

  const draw = (): void => {
    if (isGone) return
    const fault = firstFault(options)
    if (fault) {
      // Nothing is drawn, so the one console line is how anybody learns of it.
      console.error(`miptech-chat: ${fault[0]} ${fault[1]}`)
      raise(fault[0], 'create', fault[1])
      refuseAll()
      return
    }
    facade = drawLauncher(id, options, nonce)
    const { host, button } = facade
    for (const [name, , listener] of listeners) host.addEventListener(PREFIX + name, listener)
    const when = options.load
    for (const intent of when === 'manual' ? [] : ['pointerenter', 'focus', 'touchstart']) {
      button.addEventListener(intent, () => void load(), { once: true, passive: true })
    }
    button.onclick = () => handle.open()
    if (when === 'eager' || options.open || options.connect === 'load' || queue[0]) void load()
    else if (when === 'idle') (window.requestIdleCallback ?? setTimeout)(() => void load())
  }

  const handle: ChatHandle = {
    id,
    get element() {
      return facade?.host ?? null
    },
    ready: new Promise((resolve) => (resolveReady = resolve)),
    getState: () =>
      Object.freeze(
        (inner?.getState() ?? {
          status: 'idle',
          isOpen: false,
          unread: 0,
          chatId: null,
          connection: { state: 'idle', attempt: 0 },
          auth: 'anonymous',
          messages: 0,
          ...(lastError && { error: lastError }),
        }) as ChatState,
      ),
    subscribe(callback) {
      const ends = CHANGES.split(' ').map((event) => handle.on(event as ChatEvent, () => callback(handle.getState())))
      return () => ends.forEach((end) => end())
    },
    open: () => command((inner) => inner.open(), true),
    close: () => command((inner) => inner.close()),
    toggle: () => command((inner) => (inner.isOpen() ? inner.close() : inner.open()), true),
    isOpen: () => inner?.isOpen() ?? false,
    send: (text, more) =>
      new Promise((resolve) => {
        const refuse = (): void =>
          resolve({ ok: false, error: lastError ?? made('message/rejected', 'send', 'The widget was taken off the page.') })
        if (isGone) return refuse()
        if (!inner) refusals.push(refuse)
        command((inner) => resolve(inner.send(String(text), more?.clientId) as Promise<SendResult>), true)
      }),
    retry: (clientId) => command((inner) => inner.retry(String(clientId))),
    setDraft: (text) => command((inner) => inner.setDraft(String(text))),
    focusComposer: () => command((inner) => inner.focusComposer(), true),
    getMessages: () => (inner?.getMessages() ?? []) as Message[],
    on(name, callback) {
      const listener = (event: Event): void => {
        try {
          callback((event as CustomEvent).detail)
        } catch (cause) {
          console.error('miptech-chat: a listener threw', cause)
          if (name !== 'error') raise('host/callback-threw', 'send', 'A listener of the host page threw.')
        }
      }
      listeners.push([name, callback, listener])
      facade?.host.addEventListener(PREFIX + name, listener)
      return () => handle.off(name, callback)
    },
    once(name, callback) {
      const end = handle.on(name, callback)
      const done = handle.on(name, () => (end(), done()))
      return () => (end(), done())
    },
    off(name, callback) {
      listeners = listeners.filter(([known, heard, listener]) => {
        if (known !== name || (callback && heard !== callback)) return true
        facade?.host.removeEventListener(PREFIX + name, listener)
        return false
      })
    },
    /** React's StrictMode unmounts and mounts again at once; a grace of one macrotask keeps its one widget alive. */
    async destroy() {
      holders -= holders && 1
      await new Promise((resolve) => setTimeout(resolve))
      if (holders || isGone) return
      isGone = true
      instances.delete(id)
      for (const [name] of listeners) handle.off(name as ChatEvent)
      inner?.destroy()
      refuseAll()
      inner = undefined
      facade?.host.remove()
      facade = undefined
      resolveReady()
    },
  }

  instances.set(id, { handle, retain: () => void holders++ })
  for (const [name, callback] of Object.entries(options.on ?? {})) handle.on(name as ChatEvent, callback as Listener)
  if (typeof document === 'undefined') instances.delete(id)
  else if (document.body) draw()
  else addEventListener('DOMContentLoaded', draw, { once: true })
  return handle
}

function made(code: ChatError['code'], stage: ChatError['stage'], help: string): ChatError {
  return { code, message: help, retryable: false, stage, buildId: __VERSION__, help }
}

/** What is wrong enough to draw nothing: a tenant no platform takes, or an unencrypted base on an encrypted page. */
function firstFault({ tenantId = 'ok-', apiUrl, wsUrl }: ChatOptions): [ChatError['code'], string] | undefined {
  if (tenantId === '') return ['config/tenant-missing', 'set tenantId']
  if (!/^[\w-]{3,50}$/.test(tenantId)) return ['config/invalid', 'expected 3 to 50 of A-Z a-z 0-9 _ - for option tenantId']
  for (const base of [apiUrl, wsUrl]) {
    if (base == null) continue
    const found = /^\s*(http|ws)(s?):\/\/(\[[^\]]+]|[^/:]+)/i.exec(base)
    if (!found) return ['config/invalid', `expected an http(s) or ws(s) URL for options apiUrl and wsUrl, got "${base}"`]
    if (location.protocol === 'https:' && !found[2] && !/^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1]$/i.test(found[3] ?? '')) {
      return ['config/insecure-url', `expected an encrypted URL on an https page, got "${base}"`]
    }
  }
  return undefined
}
