/**
 * The public JavaScript surface, written by hand.
 * The package publishes this file as `index.d.ts`; the generated declarations of the glue are never published.
 */

/** Draws the chat and gives the handle to it; synchronous, idempotent per `id`. A no-op handle where there is no document. */
export function mount(options?: ChatOptions): ChatHandle

/** The version of the package. */
export const version: string

export interface ChatOptions {
  /** The tenant: 3 to 50 of `[A-Za-z0-9_-]`. @default "miptech-company" */
  tenantId?: string
  /** The platform's REST base. @default "http://localhost:8000" */
  apiUrl?: string
  /** The platform's socket base; follows `apiUrl` unless given. */
  wsUrl?: string
  /** Names the instance; two mounts with one id are one widget. @default "default" */
  id?: string
  /** When the widget's code is fetched; `manual` waits for a click or a command and ignores hovering. @default "intent" */
  load?: 'intent' | 'idle' | 'eager' | 'manual'
  /** When the connection is made. @default "open" */
  connect?: 'open' | 'send' | 'load'
  /** How the platform runs a conversation; `auto` finds out and remembers it for a day. @default "auto" */
  profile?: 'auto' | 'two-step' | 'join-token' | 'realtime'
  /**
   * How a token travels with the socket. `query` puts it into a URL, which ends up in logs of proxies, balancers and
   * servers; only for platforms that read it nowhere else. @default "frame"
   */
  tokenTransport?: 'frame' | 'query'
  /** The form in which a visitor signs in: when the platform demands it, never, or before the chat. @default "auto" */
  signIn?: 'auto' | 'off' | 'required'
  /** The page owns identity: asked for a token, one question at a time. Replaces the built-in renewal; nothing is stored. */
  getToken?: (context: TokenContext) => Promise<string | null>
  /** The names of the storage keys. @default {access: "miptech_access_token", refresh: "miptech_refresh_token", user: "miptech_user"} */
  tokenKeys?: { access?: string; refresh?: string; user?: string }
  /** Facts of the page for the platform, sent once with the creation of the chat. */
  context?: Record<string, unknown> | (() => Record<string, unknown>)
  /** Whether the panel is open at the start. @default false */
  open?: boolean
  title?: string
  placeholder?: string
  /** The greeting of an empty conversation. */
  welcome?: string
  /** Starter prompts, shown while the conversation is empty. */
  suggestions?: string[]
  /** The line that says one talks to an AI. @default true */
  disclosure?: boolean
  /** A BCP 47 tag; `auto` follows the site, then the page, then the browser. English and Italian are spoken. @default "auto" */
  locale?: string
  /** @default "auto" */
  theme?: 'auto' | 'light' | 'dark'
  /** Logical: right is left on a right-to-left page. @default "bottom-right" */
  position?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left'
  /** @default "medium" */
  size?: 'compact' | 'medium' | 'large'
  /** @default 2147483000 */
  zIndex?: number
  limits?: {
    /** The longest message in UTF-16 units, at most 4000. @default 4000 */
    messageChars?: number
    /** How many messages may wait to be sent, at most 20. @default 20 */
    outbox?: number
    /**
     * How long an answer may say nothing before the visitor is told, in milliseconds, at most 600000. After four times
     * that it counts as cut off. @default 30000
     */
    answerSilenceMs?: number
  }
  /** Prints connection states and error codes to the console; never text, ids or tokens. @default false */
  debug?: boolean
  /** Listeners, registered before anything happens. */
  on?: { [E in ChatEvent]?: (detail: ChatEvents[E]) => void }
}

/** Why the page is asked for a token. */
export interface TokenContext {
  /** None is held yet, the one held runs out soon, or the platform refused it. */
  reason: 'initial' | 'expiring' | 'rejected'
  current: string | null
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal
}

/** Every method is legal in every state; none throws, no promise rejects. */
export interface ChatHandle {
  readonly id: string
  /** The host element; null after `destroy()` and where nothing was drawn. */
  readonly element: HTMLElement | null
  /** Resolves when the widget's code runs and commands take effect at once, or when the handle is destroyed. */
  readonly ready: Promise<void>
  getState(): ChatState
  /** Calls back after every change with a fresh snapshot. Gives the function that ends it. */
  subscribe(callback: (state: ChatState) => void): () => void
  open(): void
  close(): void
  toggle(): void
  isOpen(): boolean
  /** Resolves when the message is sent, failed or unconfirmed; never rejects. */
  send(text: string, options?: { clientId?: string }): Promise<SendResult>
  /** Sends a failed, unconfirmed or expired message again. */
  retry(clientId: string): void
  /** Stops the running answer. */
  stop(): void
  /** Puts a text into the composer. Once ids may be stored it survives a reload, like one that was typed. */
  setDraft(text: string): void
  focusComposer(): void
  /** Ends this conversation and begins another. */
  newConversation(): Promise<void>
  signIn(email: string, password: string): Promise<AuthResult>
  register(data: { email: string; password: string; fullName?: string }): Promise<AuthResult>
  /** Signs out here at once, and on the platform where it can be reached. */
  logout(): Promise<void>
  /** Whether a token is held. */
  isAuthenticated(): boolean
  /** Asks the platform who is signed in; null for nobody. */
  getProfile(): Promise<User | null>
  /** What is known of the connection without asking anybody; holds no text and no token. Null once destroyed. */
  diagnose(): Promise<DiagnosticReport | null>
  /** Hands a token over, or takes it away. */
  setToken(token: string | null): void
  getMessages(): readonly Message[]
  on<E extends ChatEvent>(event: E, callback: (detail: ChatEvents[E]) => void): () => void
  once<E extends ChatEvent>(event: E, callback: (detail: ChatEvents[E]) => void): () => void
  off<E extends ChatEvent>(event: E, callback?: (detail: ChatEvents[E]) => void): void
  /** Idempotent. Afterwards no traffic, timer, listener or node of this widget is left. */
  destroy(): Promise<void>
}

export type SendResult = { ok: true; id: string; clientId: string } | { ok: false; clientId?: string; error: ChatError }

export type AuthResult = { ok: true; user: User } | { ok: false; error: ChatError }

export interface DiagnosticReport {
  version: string
  buildId: string
  /** ISO 8601. */
  createdAt: string
  profile: 'two-step' | 'join-token' | 'realtime'
  chatId?: string
  /** What the platform calls the current socket. */
  clientId?: string
  capabilities: string[]
  checks: DiagnosticCheck[]
}

export interface DiagnosticCheck {
  id: string
  state: 'pass' | 'warn' | 'fail' | 'skipped'
  evidence: string
  /** The platform's own words. */
  cause?: string
  fix?: string
  consequenceOf?: string
}

export interface User {
  id: string
  email?: string
  name?: string
  [claim: string]: unknown
}

export type AuthState = 'anonymous' | 'required' | 'signed-in'

export interface ChatState {
  status: ConnectionState
  isOpen: boolean
  unread: number
  chatId: string | null
  connection: Connection
  auth: AuthState
  messages: number
  error?: ChatError
}

export interface Connection {
  state: ConnectionState
  /** When the next try comes, in milliseconds since 1970, where one is planned. */
  retryAt?: number
  /** How many tries were made since the connection last proved itself. */
  attempt: number
}

export type ConnectionState =
  | 'blocked'
  | 'connecting'
  | 'idle'
  | 'joining'
  | 'live'
  | 'offline'
  | 'paused'
  | 'reconnecting'
  | 'signed-out'
  | 'starting'
  | 'waiting'

export interface Message {
  id: string
  clientId?: string
  author: 'user' | 'ai' | 'human' | 'system'
  status: MessageStatus
  /** As typed by the visitor, or Markdown. */
  text: string
  /** Milliseconds since 1970. */
  createdAt: number
  sources: Source[]
}

export type MessageStatus =
  | 'complete'
  | 'expired'
  | 'failed'
  | 'interrupted'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'stopped'
  | 'streaming'
  | 'thinking'
  | 'truncated'
  | 'unconfirmed'

export interface Source {
  title: string
  url?: string
  snippet?: string
}

export interface ChatError {
  code: ChatErrorCode
  /** For the visitor, in the visitor's language. */
  message: string
  retryable: boolean
  stage: 'answer' | 'auth' | 'create' | 'history' | 'join' | 'load' | 'probe' | 'refresh' | 'send' | 'socket'
  status?: number
  closeCode?: number
  requestId?: string
  buildId: string
  /** What the integrator should look at or change. */
  help: string
}

export type ChatErrorCode =
  | 'answer/interrupted'
  | 'answer/timeout'
  | 'answer/too-large'
  | 'auth/expired'
  | 'auth/forbidden'
  | 'auth/invalid-credentials'
  | 'auth/required'
  | 'chat/create-failed'
  | 'chat/gone'
  | 'chat/invalid-request'
  | 'config/insecure-url'
  | 'config/invalid'
  | 'config/tenant-missing'
  | 'host/callback-threw'
  | 'internal/panic'
  | 'load/csp-wasm'
  | 'load/network'
  | 'load/no-wasm'
  | 'load/not-wasm'
  | 'message/empty'
  | 'message/rejected'
  | 'message/too-long'
  | 'message/unconfirmed'
  | 'network/blocked-by-csp'
  | 'network/captive-portal'
  | 'network/offline'
  | 'network/unreachable-or-cors'
  | 'platform/error'
  | 'platform/starting'
  | 'rate/limited'
  | 'socket/dropped'
  | 'socket/join-timeout'
  | 'socket/never-opened'
  | 'socket/rejected'
  | 'storage/blocked'
  | 'storage/quota'
  | 'tenant/denied'
  | 'tenant/missing-header'
  | 'tenant/not-found'

/** Also dispatched on the host element as `miptech-chat:<event>`, bubbling and composed. None carries message text. */
export interface ChatEvents {
  ready: { version: string }
  open: { by: 'host' | 'visitor' }
  close: { by: 'host' | 'visitor' }
  'conversation:start': { chatId: string }
  'conversation:end': { chatId: string }
  'auth:change': { state: AuthState }
  'auth:required': { reason: ChatErrorCode }
  'message:sent': { id: string; clientId: string; chars: number }
  'message:received': { id: string; author: Message['author']; chars: number; sources: number }
  'message:failed': { clientId: string; error: ChatError }
  'unread:change': { count: number }
  'connection:change': { state: ConnectionState; retryInMs?: number; attempt: number }
  error: ChatError
}

export type ChatEvent = keyof ChatEvents
