/**
 * The public JavaScript surface, written by hand.
 * The package publishes this file as `index.d.ts`; the generated declarations of the glue are never published.
 */

/** Draws the chat and gives the handle to it; synchronous, idempotent per `id`. A no-op handle where there is no document. */
export function mount(options?: ChatOptions): ChatHandle

/** The handle of a widget on the page. */
export function get(id?: string): ChatHandle | undefined

/** The Content-Security-Policy directives that a page with these options needs. */
export function csp(options?: ChatOptions): string

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
  /** Where the chat stands in the page, by selector or element; without one it floats in a corner. */
  target?: string | Element
  /** When the widget's code is fetched; `manual` waits for a click or a command and ignores hovering. @default "intent" */
  load?: 'intent' | 'idle' | 'eager' | 'manual'
  /** When the connection is made. @default "open" */
  connect?: 'open' | 'send' | 'load'
  /** Whether the panel is open at the start; `restore` opens it where the visitor left it open. @default false */
  open?: boolean | 'restore'
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
  /** Who the visitor is, as far as the page knows; told to the platform, never believed by it without a token. */
  user?: ChatUser
  /** Facts of the page for the platform, sent once with the creation of the chat. */
  context?: Record<string, unknown> | (() => Record<string, unknown>)
  /** Where tokens, ids, waiting messages, draft and transcript live. @default "local" */
  storage?: 'local' | 'session' | 'memory'
  /** What may be stored when: from the first message on, at once, or from `setConsent(true)` on. @default "on-send" */
  consent?: 'on-send' | 'none' | 'host'
  /** The names of the storage keys. @default {access: "miptech_access_token", refresh: "miptech_refresh_token", user: "miptech_user"} */
  tokenKeys?: { access?: string; refresh?: string; user?: string }
  /** A BCP 47 tag; `auto` follows the site, then the page, then the browser. English, Italian and Arabic are spoken. @default "auto" */
  locale?: string
  /** The direction of the widget's own text; `auto` takes the language's. @default "auto" */
  dir?: 'auto' | 'ltr' | 'rtl'
  /** Words of one's own in place of the widget's. */
  strings?: Partial<Record<ChatString, string>>
  /** A scheme, or values of one's own for its tokens. @default "auto" */
  theme?: 'auto' | 'light' | 'dark' | 'glass' | ThemeTokens
  /** Logical: right is left on a right-to-left page. @default "bottom-right" */
  position?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left'
  /** How far from the corner, in CSS pixels. @default {x: 16, y: 16} */
  offset?: { x?: number; y?: number }
  /** A layer, or the browser's own above all of them. @default 2147483000 */
  zIndex?: number | 'top-layer'
  /** @default "medium" */
  size?: 'compact' | 'medium' | 'large'
  /** The widget's own launcher, none, or an element of the page that opens the chat, by selector or itself. @default true */
  launcher?: boolean | string | Element
  /** Whether the panel has a header. @default true */
  header?: boolean
  title?: string
  placeholder?: string
  /** The greeting of an empty conversation. */
  welcome?: string
  /** Starter prompts, shown while the conversation is empty; with a label, the text is what is sent. */
  suggestions?: readonly (string | Suggestion)[]
  /** A bubble that invites to the chat. @default false */
  invitation?: false | Invitation
  /** The line that says one talks to an AI; a text of one's own, and where it leads. @default true */
  disclosure?: boolean | { text: string; href?: string }
  /** What of the widget is switched on or off. */
  features?: Partial<Record<ChatFeature, boolean>>
  /** Which hosts of links in answers are followed, every one unless told, and when the visitor is asked before. */
  links?: { allowHosts?: readonly string[]; confirm?: 'auto' | 'always' | 'never' }
  /** From which hosts a tap may load images of answers; from nowhere unless told, and never without a tap. */
  images?: { allowHosts?: readonly string[] }
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
  /** Where a visitor is sent whose browser or page cannot run the widget's code. */
  fallbackHref?: string
  /** The nonce of the page's policy; that of the script tag is used by itself. */
  nonce?: string
  /** Prints connection states and error codes to the console; never text, ids or tokens. @default false */
  debug?: boolean
  /** Listeners, registered before anything happens. */
  on?: { [E in ChatEvent]?: (detail: ChatEvents[E]) => void }
}

/** Who the visitor is, as far as the page knows. */
export interface ChatUser {
  id?: string
  name?: string
  email?: string
}

/** A starter prompt: what it says, and what is sent. */
export interface Suggestion {
  label: string
  text: string
}

export interface Invitation {
  text: string
  /** @default 3000 */
  delayMs?: number
  /** @default 8000 */
  hideAfterMs?: number
  /** Whether a dismissal is remembered. @default true */
  once?: boolean
}

/** Each becomes the custom property `--miptech-chat-<token>`. */
export type ThemeTokens = Partial<Record<ThemeToken, string>>

export type ThemeToken = ColourToken | TypeToken | ShapeToken | SpaceToken

/** A CSS colour. Text on the accent and what the pointer makes of it follow from `accent` by themselves. */
export type ColourToken =
  | 'accent'
  | 'accent-hover'
  | 'danger'
  | 'line'
  | 'on-accent'
  | 'success'
  | 'surface'
  | 'surface-raised'
  | 'text'
  | 'text-soft'
  | 'warning'

/** A CSS font family, or for `font-size` a length. */
export type TypeToken = 'font' | 'font-message' | 'font-mono' | 'font-size'

/** A CSS length. */
export type ShapeToken = 'radius-bubble' | 'radius-control' | 'radius-launcher' | 'radius-panel'

/** A CSS length. */
export type SpaceToken = 'gap' | 'height' | 'padding' | 'width'

export type ChatFeature =
  | 'erase'
  | 'export'
  | 'feedback'
  | 'highlight'
  | 'history'
  | 'notifications'
  | 'sound'
  | 'suggestions'
  | 'timestamps'

/** The words a page may replace; `src/ui/strings/en.arb` has them, with what stands in braces. */
export type ChatString =
  | 'answer_complete'
  | 'answer_complete_sources'
  | 'answer_cut'
  | 'answer_silent'
  | 'answer_thinking'
  | 'answer_too_long'
  | 'assistant_back'
  | 'busy_until'
  | 'cancel'
  | 'check'
  | 'close_chat'
  | 'code_block'
  | 'code_copy'
  | 'conversation_break'
  | 'copied'
  | 'copy'
  | 'create_account'
  | 'delete'
  | 'disclosure'
  | 'dismiss'
  | 'email'
  | 'empty_line'
  | 'erase_ask'
  | 'erase_yes'
  | 'error_answer_interrupted'
  | 'error_answer_timeout'
  | 'error_answer_too_large'
  | 'error_auth_expired'
  | 'error_auth_forbidden'
  | 'error_auth_invalid_credentials'
  | 'error_auth_required'
  | 'error_chat_create_failed'
  | 'error_chat_gone'
  | 'error_chat_invalid_request'
  | 'error_config'
  | 'error_host_callback_threw'
  | 'error_load'
  | 'error_message_empty'
  | 'error_message_rejected'
  | 'error_message_too_long'
  | 'error_message_unconfirmed'
  | 'error_network_blocked_by_csp'
  | 'error_network_captive_portal'
  | 'error_network_offline'
  | 'error_network_unreachable_or_cors'
  | 'error_platform_error'
  | 'error_platform_starting'
  | 'error_rate_limited'
  | 'error_socket_dropped'
  | 'error_socket_join_timeout'
  | 'error_socket_never_opened'
  | 'error_socket_rejected'
  | 'error_storage_blocked'
  | 'error_storage_quota'
  | 'error_tenant'
  | 'error_tenant_denied'
  | 'expired'
  | 'fill_in'
  | 'full_name'
  | 'go_on_without'
  | 'greeting'
  | 'helpful'
  | 'image'
  | 'image_blocked'
  | 'image_from'
  | 'input'
  | 'link_leads'
  | 'menu'
  | 'menu_diagnostics'
  | 'menu_erase'
  | 'menu_export_data'
  | 'menu_export_text'
  | 'menu_language'
  | 'menu_new'
  | 'menu_notifications'
  | 'menu_sign_out'
  | 'menu_sound'
  | 'menu_theme'
  | 'new_answer'
  | 'no_account'
  | 'no_sign_in'
  | 'not_helpful'
  | 'not_sent'
  | 'open_chat'
  | 'open_link'
  | 'outbox_full'
  | 'password'
  | 'person'
  | 'person_joined'
  | 'placeholder'
  | 'reason'
  | 'reason_send'
  | 'reason_told'
  | 'refusal_ended'
  | 'refusal_repeated'
  | 'retry'
  | 'retry_in'
  | 'retry_now'
  | 'send'
  | 'send_again'
  | 'sending'
  | 'show_rest'
  | 'sign_in'
  | 'source'
  | 'source_missing'
  | 'sources'
  | 'sources_all'
  | 'start_new'
  | 'status_answering'
  | 'status_connecting'
  | 'status_idle'
  | 'status_offline'
  | 'status_reconnecting'
  | 'status_signed_out'
  | 'status_unavailable'
  | 'stop'
  | 'theme_auto'
  | 'theme_dark'
  | 'theme_light'
  | 'title'
  | 'today'
  | 'transcript'
  | 'try_again'
  | 'unconfirmed'
  | 'units_left'
  | 'units_over'
  | 'unread'
  | 'waiting'
  | 'yesterday'
  | 'you'

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
  /** Takes a hidden widget back onto the page. */
  show(): void
  /** Takes the widget off the screen, launcher and all; the conversation goes on. */
  hide(): void
  isOpen(): boolean
  /** Resolves when the message is sent, failed or unconfirmed; never rejects. */
  send(text: string, options?: { clientId?: string }): Promise<SendResult>
  /** Sends a failed, unconfirmed or expired message again: the named one, by its `id` or `clientId`, or the last such. */
  retry(messageId?: string): void
  /** Stops the running answer. */
  stop(): void
  /** Asks the last question again. */
  regenerate(): void
  /** Puts a text into the composer. Once ids may be stored it survives a reload, like one that was typed. */
  setDraft(text: string): void
  focusComposer(): void
  /** Ends this conversation and begins another. */
  newConversation(): Promise<void>
  getMessages(): readonly Message[]
  /** Everything counts as read. */
  markRead(): void
  signIn(email: string, password: string): Promise<AuthResult>
  register(data: { email: string; password: string; fullName?: string }): Promise<AuthResult>
  /** Signs out here at once, and on the platform where it can be reached. */
  logout(): Promise<void>
  /** Whether a token is held. */
  isAuthenticated(): boolean
  /** Asks the platform who is signed in; null for nobody. */
  getProfile(): Promise<User | null>
  /** Who the visitor is, as far as the page knows; counts from the next chat on. */
  identify(user: ChatUser): void
  /** Hands a token over, or takes it away. */
  setToken(token: string | null): void
  /** Facts of the page; count from the next chat on. */
  setContext(context: Record<string, unknown>): void
  setLocale(locale: string): void
  setTheme(theme: NonNullable<ChatOptions['theme']>): void
  /** Whether the visitor agreed to storage; asked for by the option `consent: "host"`. */
  setConsent(granted: boolean): void
  /** Merges options into those in force; `docs/INTEGRATION.md` says which of them count at once. */
  update(patch: Partial<ChatOptions>): void
  /** The conversation as a file. @default "json" */
  exportConversation(format?: 'json' | 'markdown'): Promise<Blob>
  /** Deletes the conversation here and, where the platform can, there; then a new one begins. */
  eraseConversation(): Promise<void>
  /**
   * Why the chat does not work: looks at page, platform and connection. Asks the platform only what changes nothing, opens
   * no socket and makes no chat; holds no text and no token. Rejects with a {@link ChatError} where the widget's
   * code cannot be fetched, which is what looks.
   */
  diagnose(): Promise<DiagnosticReport>
  on<E extends ChatEvent>(event: E, callback: (detail: ChatEvents[E]) => void): () => void
  once<E extends ChatEvent>(event: E, callback: (detail: ChatEvents[E]) => void): () => void
  off<E extends ChatEvent>(event: E, callback?: (detail: ChatEvents[E]) => void): void
  /** Idempotent. Afterwards no traffic, timer, listener or node of this widget is left. */
  destroy(): Promise<void>
  /** Another name of `destroy`. */
  unmount(): Promise<void>
}

export type SendResult = { ok: true; id: string; clientId: string } | { ok: false; clientId?: string; error: ChatError }

export type AuthResult = { ok: true; user: User } | { ok: false; error: ChatError }

export interface DiagnosticReport {
  version: string
  buildId: string
  /** ISO 8601. */
  createdAt: string
  profile: string
  chatId?: string
  /** What the platform calls the current socket. */
  clientId?: string
  capabilities: string[]
  checks: DiagnosticCheck[]
}

export interface DiagnosticCheck {
  id: string
  state: 'pass' | 'warn' | 'fail' | 'skipped'
  /** What was found, by its name in `docs/TROUBLESHOOTING.md`. */
  finding?: string
  evidence: string
  cause?: string
  fix?: string
  /** The check without whose failure this one might have passed. */
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
  /** Why it is not up, where that is known. */
  reason?: ChatErrorCode
  /** When the next try comes, in milliseconds since 1970, where one is planned. */
  retryAt?: number
  /** How many tries were made since the connection last proved itself. */
  attempt?: number
}

export type ConnectionState =
  | 'blocked'
  | 'connecting'
  | 'fallback'
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
  /** How long to wait before the next try, where the platform said so. */
  retryInMs?: number
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

/** Also dispatched on the host element as `miptech-chat:<event>`, bubbling and composed. Only `response:delta` carries text. */
export interface ChatEvents {
  ready: { version: string }
  open: { by: 'host' | 'visitor' }
  close: { by: 'host' | 'visitor' }
  'conversation:start': { chatId: string }
  'conversation:end': { chatId: string }
  'message:sent': { id: string; clientId: string; chars: number }
  'message:received': { id: string; author: Message['author']; chars: number; sources: number }
  'message:failed': { clientId: string; error: ChatError }
  'response:start': { id: string }
  /** The new end of an answer; told only to those who registered for it by `on`, `once` or the option `on`. */
  'response:delta': { id: string; text: string }
  /** How an answer ended; times count from the moment it was awaited, and the first text may never have come. */
  'response:end': {
    id: string
    reason: 'complete' | 'stopped' | 'interrupted' | 'error'
    ms: number
    firstTokenMs?: number
  }
  'unread:change': { count: number }
  'connection:change': { state: ConnectionState; reason?: ChatErrorCode; retryInMs?: number; attempt?: number }
  'auth:change': { state: AuthState }
  'auth:required': { reason: ChatErrorCode }
  feedback: { messageId: string; value: 'up' | 'down'; reason?: string }
  'link:click': { messageId: string; host: string }
  'source:click': { messageId: string; index: number }
  'invitation:shown': Record<string, never>
  'invitation:dismissed': Record<string, never>
  'invitation:accepted': Record<string, never>
  'consent:change': { granted: boolean }
  error: ChatError
}

export type ChatEvent = keyof ChatEvents

/** What the script tag puts on the page, under the name `MIPTechChat`. */
export interface ChatGlobal {
  /** `mount`, or a method of the default widget, or of the only one there is. */
  (method: string, ...args: unknown[]): unknown
  mount(options?: ChatOptions): ChatHandle
  get(id?: string): ChatHandle | undefined
  readonly instances: readonly ChatHandle[]
  readonly version: string
  /** What is known of the connection of a widget with these options; without one, what can be told before it is mounted. */
  diagnose(options?: ChatOptions): Promise<DiagnosticReport>
  /** The Content-Security-Policy directives that a page with these options needs. */
  csp(options?: ChatOptions): Promise<string>
}
