/**
 * `mount(options)`: one widget per id, reference counted, drawn at once and filled with code on intent.
 *
 * Written as one closure per widget rather than a class: it is the largest part of the loader, and locals minify.
 */
import type { ChatError, ChatEvent, ChatHandle, ChatOptions, ChatState, Message } from '@miptech/chat'
import { type Command, type Inner, type LoadFailure, type Place, loadCode } from './code'
import { type Launcher, drawLauncher, stored, words } from './launcher'

const PREFIX = 'miptech-chat:'

/** What the code does; before it runs it is queued. The last seven answer with a promise. */
const COMMANDS = 'open close toggle retry setDraft setToken stop focusComposer send signIn register logout getProfile newConversation diagnose'.split(' ') as Command[]

const instances = new Map<string, { handle: ChatHandle; retain: () => void }>()

export function instance(id = 'default'): ChatHandle | undefined {
  return instances.get(id)?.handle
}

export function allInstances(): ChatHandle[] {
  return Array.from(instances.values(), ({ handle }) => handle)
}

export function mountWith(place: Place, options: ChatOptions = {}): ChatHandle {
  const id = `${options.id ?? 'default'}`
  instances.get(id)?.retain()
  return instance(id) ?? create(id, options, place)
}

function create(id: string, options: ChatOptions, place: Place): ChatHandle {
  const host = globalThis.document?.createElement('div')
  let holders = 1
  let launcher: Launcher | undefined
  let inner: Inner | undefined
  let isLoading = false
  let isGone = false
  let lastError: ChatError | undefined
  /** Settled while nobody presses the drawn launcher. */
  let release: Promise<void> | undefined
  let resolveReady!: () => void
  /** Commands from before the code runs, in order, and what ends each of them if it never will. */
  let queue: [run: () => void, refuse: () => void][] = []
  let listeners: [name: string, callback: unknown, listener: EventListener][] = []

  /** An error from before the code runs, or about it: one console line, and an event in a later microtask. */
  const raise = (code: ChatError['code'], stage: ChatError['stage'], help: string): void => {
    console.error(`miptech-chat: ${code} ${help}`)
    lastError = failure(code, stage, help)
    const event = new CustomEvent(`${PREFIX}error`, { bubbles: true, composed: true, detail: lastError })
    queueMicrotask(() => host.dispatchEvent(event))
  }

  const giveUp = (): void => {
    for (const [, refuse] of queue.splice(0)) refuse()
  }

  /** From here on nothing is drawn, sent or waited for under this handle; the id is free again. */
  const end = (): void => {
    isGone = true
    instances.delete(id)
    giveUp()
    resolveReady()
  }

  const load = async (): Promise<void> => {
    if (isLoading || inner || !launcher) return
    const { button, say, yieldPlace } = launcher
    isLoading = true
    say('')
    button.ariaBusy = 'true'
    try {
      const glue = await loadCode(place)
      // A button that is replaced while it is pressed never clicks.
      await release
      if (!isGone) {
        const hadFocus = host.shadowRoot?.activeElement === button
        const made = glue.mount(host, { ...options, on: undefined })
        yieldPlace()
        if (hadFocus) host.shadowRoot?.querySelector<HTMLElement>('.launcher')?.focus()
        inner = made
        for (const [run] of queue.splice(0)) run()
        resolveReady()
      }
    } catch (failure) {
      const { code = 'internal/panic', message } = failure as LoadFailure
      say(words('Chat could not be loaded. Press to try again.', 'Chat non caricata. Premi di nuovo.', options.locale))
      raise(code, 'load', message)
      giveUp()
    }
    isLoading = false
    button.ariaBusy = null
  }

  const draw = (): void => {
    if (isGone) return
    const fault = firstFault(options)
    if (fault) {
      raise(fault[0], 'create', fault[1])
      return end()
    }
    launcher = drawLauncher(host, id, options)
    const { button } = launcher
    const when = options.load
    // A finger enters before it touches, so this is hovering and touching in one.
    if (when !== 'manual') button.onpointerenter = button.onfocus = load
    button.onpointerdown = () => {
      release = new Promise((resolve) => {
        button.onpointerup = button.onpointerleave = () => setTimeout(resolve)
      })
    }
    button.onclick = () => (handle as unknown as Inner).open('visitor')
    if (when === 'eager' || options.open || options.connect === 'load' || queue[0]) void load()
    else if (when === 'idle') (self.requestIdleCallback ?? setTimeout)(load)
  }

  // The commands are added below, so the literal alone is not yet a handle.
  const handle: ChatHandle = {
    id,
    get element() {
      return launcher && !isGone ? host : null
    },
    ready: new Promise<void>((resolve) => (resolveReady = resolve)),
    getState: () =>
      Object.freeze(
        inner?.getState() ?? {
          status: 'idle',
          isOpen: false,
          unread: 0,
          chatId: null,
          connection: { state: 'idle', attempt: 0 },
          auth: 'anonymous',
          messages: 0,
          error: lastError,
        },
      ) as ChatState,
    getMessages: () => (inner?.getMessages() ?? []) as Message[],
    isOpen: () => !!inner?.isOpen(),
    isAuthenticated: () => (inner ? inner.isAuthenticated() : !!stored(options.tokenKeys?.access ?? 'miptech_access_token')),
    // The code tells `state` after every change, once per microtask; it is no event of the public surface.
    subscribe: (callback) => handle.on('state' as ChatEvent, () => callback(handle.getState())),
    on(name, callback) {
      const listener = (event: Event): void => {
        try {
          callback((event as CustomEvent).detail)
        } catch (cause) {
          if (name !== 'error') raise('host/callback-threw', 'send', `${cause}`)
        }
      }
      listeners.push([name, callback, listener])
      host?.addEventListener(PREFIX + name, listener)
      return () => handle.off(name, callback)
    },
    once(name, callback) {
      const ends = [callback, () => end()].map((callback) => handle.on(name, callback))
      const end = (): void => ends.forEach((end) => end())
      return end
    },
    off(name, callback) {
      listeners = listeners.filter(([known, heard, listener]) => {
        if (known !== name || (callback && heard !== callback)) return true
        host?.removeEventListener(PREFIX + name, listener)
        return false
      })
    },
    /** React's StrictMode unmounts and mounts again at once; a grace of one macrotask keeps its one widget alive. */
    async destroy() {
      holders -= holders && 1
      await new Promise((resolve) => setTimeout(resolve))
      if (holders || isGone) return
      end()
      for (const [name] of listeners) handle.off(name as ChatEvent)
      host?.remove()
      try {
        inner?.destroy()
      } catch {
        // Code that crashed is not to be trusted; its node and its listeners are gone already.
      }
      inner = undefined
    },
  } satisfies Omit<ChatHandle, Command> as unknown as ChatHandle
  for (const name of COMMANDS) {
    ;(handle as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      const answer = new Promise((resolve) => {
        const run = (): void => resolve(inner?.[name](...args))
        // No widget, no answer: what has a result says why, the rest is nothing.
        const refuse = (): void => {
          resolve(/^[rs]/.test(name) ? { ok: false, error: lastError ?? failure('message/rejected', 'send', 'gone') } : null)
        }
        if (inner) run()
        else if (isGone) refuse()
        else {
          queue.push([run, refuse])
          // What a host asks for before the code runs means intent, but for what only prepares or ends something.
          if (!/^(cl|ret|se?t)/.test(name)) void load()
        }
      })
      if (COMMANDS.indexOf(name) > 7) return answer
    }
  }

  for (const [name, callback] of Object.entries(options.on ?? {})) handle.on(name as ChatEvent, callback as () => void)
  if (host) {
    instances.set(id, { handle, retain: () => void holders++ })
    if (document.body) draw()
    else addEventListener('DOMContentLoaded', draw, { once: true })
  }
  return handle
}

function failure(code: ChatError['code'], stage: ChatError['stage'], help: string): ChatError {
  return { code, message: help, retryable: false, stage, buildId: __VERSION__, help }
}

/** What is wrong enough to draw nothing: a tenant no platform takes, or an unencrypted base on an encrypted page. */
function firstFault({ tenantId = 'ok-', apiUrl, wsUrl }: ChatOptions): [ChatError['code'], string] | undefined {
  if (!/^[\w-]{3,50}$/.test(tenantId)) return [tenantId ? 'config/invalid' : 'config/tenant-missing', 'tenantId']
  for (const base of [apiUrl, wsUrl]) {
    const [whole, secure, host] = /^\s*(?:http|ws)(s?):\/\/(\[[^\]]+]|[^/:]+)/i.exec(base ?? 'ws://localhost') ?? []
    if (!whole) return ['config/invalid', `Not a URL: ${base}`]
    if (location.protocol === 'https:' && !secure && !/^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1]$/i.test(`${host}`)) {
      return ['config/insecure-url', `Not encrypted: ${base}`]
    }
  }
  return undefined
}
