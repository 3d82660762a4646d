/**
 * `mount(options)`: one widget per id, reference counted, drawn at once and filled with code on intent.
 */
import type { ChatError, ChatEvent, ChatEvents, ChatHandle, ChatOptions, ChatState, Message, SendResult } from '@miptech/chat'
import { type Glue, type Inner, LoadError, type Place, loadCode } from './code'
import { type Facade, drawLauncher, words } from './launcher'

type Listener = (detail: never) => void

const instances = new Map<string, Instance>()

export interface Mounting {
  place: Place
  nonce?: string | undefined
}

export function mountWith(mounting: Mounting, options: ChatOptions = {}): ChatHandle {
  const id = typeof options.id === 'string' ? options.id : 'default'
  const known = instances.get(id)
  if (known) return known.retain()
  const instance = new Instance(id, options, mounting)
  instances.set(id, instance)
  return instance
}

export function instance(id = 'default'): ChatHandle | undefined {
  return instances.get(id)
}

export function allInstances(): ChatHandle[] {
  return [...instances.values()]
}

class Instance implements ChatHandle {
  readonly ready: Promise<void>
  #resolveReady!: () => void
  #options: ChatOptions
  #mounting: Mounting
  #facade: Facade | undefined
  #inner: Inner | undefined
  #loading = false
  #holders = 1
  #isGone = false
  /** Commands from before the code runs, in order. */
  #queue: ((inner: Inner) => void)[] = []
  #listeners: [ChatEvent, Listener, EventListener][] = []
  #error: ChatError | undefined

  constructor(
    readonly id: string,
    options: ChatOptions,
    mounting: Mounting,
  ) {
    this.#options = options
    this.#mounting = mounting
    this.ready = new Promise((resolve) => (this.#resolveReady = resolve))
    if (typeof document === 'undefined') return
    const fault = firstFault(options)
    if (document.body) this.#draw(fault)
    else document.addEventListener('DOMContentLoaded', () => this.#isGone || this.#draw(fault), { once: true })
  }

  get element(): HTMLElement | null {
    return this.#facade?.host ?? null
  }

  retain(): this {
    this.#holders += 1
    return this
  }

  getState(): ChatState {
    const state = this.#inner?.getState() as ChatState | undefined
    if (state) return Object.freeze(state)
    const resting: ChatState = {
      status: 'idle',
      isOpen: false,
      unread: 0,
      chatId: null,
      connection: { state: 'idle', attempt: 0 },
      auth: 'anonymous',
      messages: 0,
    }
    if (this.#error) resting.error = this.#error
    return Object.freeze(resting)
  }

  subscribe(callback: (state: ChatState) => void): () => void {
    const events: ChatEvent[] = [
      'ready', 'open', 'close', 'conversation:start', 'message:sent', 'message:received', 'message:failed', 'unread:change',
      'connection:change', 'error',
    ]
    const ends = events.map((event) => this.on(event, () => callback(this.getState())))
    return () => ends.forEach((end) => end())
  }

  open(): void {
    this.#command((inner) => inner.open())
  }

  close(): void {
    this.#command((inner) => inner.close(), false)
  }

  toggle(): void {
    this.#command((inner) => (inner.isOpen() ? inner.close() : inner.open()))
  }

  isOpen(): boolean {
    return this.#inner?.isOpen() ?? false
  }

  send(text: string, options?: { clientId?: string }): Promise<SendResult> {
    return new Promise((resolve) =>
      this.#command((inner) => resolve(inner.send(String(text), options?.clientId) as Promise<SendResult>)),
    )
  }

  retry(clientId: string): void {
    this.#command((inner) => inner.retry(String(clientId)), false)
  }

  setDraft(text: string): void {
    this.#command((inner) => inner.setDraft(String(text)), false)
  }

  focusComposer(): void {
    this.#command((inner) => inner.focusComposer())
  }

  getMessages(): readonly Message[] {
    return (this.#inner?.getMessages() as Message[] | undefined) ?? []
  }

  on<E extends ChatEvent>(event: E, callback: (detail: ChatEvents[E]) => void): () => void {
    const listener = (heard: Event): void => {
      try {
        callback((heard as CustomEvent<ChatEvents[E]>).detail)
      } catch (cause) {
        console.error('miptech-chat: a listener threw', cause)
        if (event !== 'error') this.#raise('host/callback-threw', 'send', 'A listener of the host page threw; its stack is in the console.')
      }
    }
    this.#listeners.push([event, callback, listener])
    this.element?.addEventListener(`miptech-chat:${event}`, listener)
    return () => this.off(event, callback)
  }

  once<E extends ChatEvent>(event: E, callback: (detail: ChatEvents[E]) => void): () => void {
    const end = this.on(event, (detail) => {
      end()
      callback(detail)
    })
    return end
  }

  off<E extends ChatEvent>(event: E, callback?: (detail: ChatEvents[E]) => void): void {
    this.#listeners = this.#listeners.filter(([known, heard, listener]) => {
      const isIt = known === event && (!callback || heard === callback)
      if (isIt) this.element?.removeEventListener(`miptech-chat:${known}`, listener)
      return !isIt
    })
  }

  /** React's StrictMode unmounts and mounts again at once; a grace of one macrotask keeps its one widget alive. */
  async destroy(): Promise<void> {
    this.#holders = Math.max(0, this.#holders - 1)
    await new Promise((resolve) => setTimeout(resolve))
    if (this.#holders > 0 || this.#isGone) return
    this.#isGone = true
    if (instances.get(this.id) === this) instances.delete(this.id)
    for (const [event] of this.#listeners) this.off(event)
    this.#queue = []
    this.#inner?.destroy()
    this.#inner?.free()
    this.#inner = undefined
    this.#facade?.host.remove()
    this.#facade = undefined
    this.#resolveReady()
  }

  #draw(fault: [ChatError['code'], string] | undefined): void {
    if (fault) {
      // Nothing is drawn, so the one console line is how anybody learns of it.
      console.error(`miptech-chat: ${fault[0]} ${fault[1]}`)
      const host = document.createElement('div')
      this.#facade = { host, button: document.createElement('button'), say() {}, yieldPlace() {} }
      this.#attachListeners(host)
      this.#raise(...([fault[0], 'create', fault[1]] as const))
      return
    }
    const facade = drawLauncher(this.#options, this.#mounting.nonce)
    this.#facade = facade
    this.#attachListeners(facade.host)
    const prefetch = (): void => void this.#load()
    const { button } = facade
    for (const intent of ['pointerenter', 'focus', 'touchstart']) {
      button.addEventListener(intent, prefetch, { once: true, passive: true })
    }
    button.addEventListener('click', () => this.open())
    const { load = 'intent', open, connect } = this.#options
    if (load === 'eager' || open === true || connect === 'load' || this.#queue.length > 0) prefetch()
    else if (load === 'idle') (window.requestIdleCallback ?? setTimeout)(prefetch)
  }

  #attachListeners(host: HTMLElement): void {
    for (const [event, callback] of Object.entries(this.#options.on ?? {})) {
      if (typeof callback === 'function') this.on(event as ChatEvent, callback as Listener)
    }
    for (const [event, , listener] of this.#listeners) host.addEventListener(`miptech-chat:${event}`, listener)
  }

  /** Runs a command now, or once the code runs; one that means intent has the code fetched. */
  #command(run: (inner: Inner) => void, meansIntent = true): void {
    if (this.#isGone) return
    if (this.#inner) return run(this.#inner)
    this.#queue.push(run)
    if (meansIntent && this.#facade) void this.#load()
  }

  async #load(): Promise<void> {
    const facade = this.#facade
    if (this.#loading || this.#inner || !facade || !facade.host.isConnected) return
    this.#loading = true
    facade.say('')
    facade.button.setAttribute('aria-busy', 'true')
    try {
      const glue = await loadCode(this.#mounting.place)
      if (!this.#isGone) this.#fill(facade, glue)
    } catch (cause) {
      this.#queue = []
      this.#failed(facade, cause)
    }
    this.#loading = false
    facade.button.removeAttribute('aria-busy')
  }

  #fill(facade: Facade, glue: Glue): void {
    const hadFocus = facade.host.shadowRoot?.activeElement === facade.button
    const { on: _, ...plain } = this.#options
    const inner = glue.mount(facade.host, plain)
    facade.yieldPlace()
    if (hadFocus) facade.host.shadowRoot?.querySelector<HTMLElement>('[part=launcher]')?.focus()
    this.#inner = inner
    this.#queue.splice(0).forEach((run) => run(inner))
    this.#resolveReady()
  }

  #failed(facade: Facade, cause: unknown): void {
    const known = cause instanceof LoadError ? cause : new LoadError('load/network', String(cause))
    console.error(`miptech-chat: ${known.code} ${known.help}`)
    facade.say(words('Chat could not be loaded. Press to try again.', 'Non è stato possibile caricare la chat. Premi per riprovare.'))
    this.#raise(known.code, 'load', known.help)
  }

  #raise(code: ChatError['code'], stage: ChatError['stage'], help: string): void {
    const error: ChatError = { code, message: help, retryable: false, stage, buildId: __VERSION__, help }
    this.#error = error
    const host = this.element
    const init = { bubbles: true, composed: true, detail: error }
    queueMicrotask(() => host?.dispatchEvent(new CustomEvent('miptech-chat:error', init)))
  }
}

/** What is wrong enough to draw nothing: a tenant no platform takes, or an unencrypted base on an encrypted page. */
function firstFault({ tenantId, apiUrl, wsUrl }: ChatOptions): [ChatError['code'], string] | undefined {
  if (tenantId === '') return ['config/tenant-missing', 'Set tenantId.']
  if (tenantId != null && !/^[\w-]{3,50}$/.test(String(tenantId))) {
    return ['config/invalid', 'expected 3 to 50 of the characters A-Z a-z 0-9 _ - for option tenantId']
  }
  for (const [field, base] of Object.entries({ apiUrl, wsUrl })) {
    if (base == null) continue
    const [, scheme, host] = /^\s*(https?|wss?):\/\/(\[[\da-f:.]+\]|[^/:?#@\s]+)/i.exec(String(base)) ?? []
    if (!scheme) return ['config/invalid', `expected a URL that begins with http://, https://, ws:// or wss:// for option ${field}`]
    const isLoopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(host ?? '')
    if (location.protocol === 'https:' && /^(http|ws)$/i.test(scheme) && !isLoopback) {
      return ['config/insecure-url', `expected an https:// or wss:// base on an https page for option ${field}`]
    }
  }
  return undefined
}
