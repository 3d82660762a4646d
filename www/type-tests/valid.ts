/** Right use of the public surface compiles; `tsc` is the test, nothing here runs. */
import {
  type AuthResult,
  type AuthState,
  type ChatError,
  type ChatErrorCode,
  type ChatEvent,
  type ChatEvents,
  type ChatGlobal,
  type ChatHandle,
  type ChatOptions,
  type ChatState,
  type Connection,
  type ConnectionState,
  type DiagnosticReport,
  type Message,
  type MessageStatus,
  type SendResult,
  type Source,
  type TokenContext,
  type User,
  csp,
  get,
  mount,
  version,
} from '@miptech/chat'

/** Compiles only where the two types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const proves = <T extends true>(): T | undefined => undefined

// No option is needed, and every option may be given.
const bare: ChatHandle = mount()
const full: ChatOptions = {
  tenantId: 'miptech-company',
  apiUrl: 'https://api.example',
  wsUrl: 'wss://api.example',
  id: 'sales',
  load: 'idle',
  connect: 'send',
  profile: 'join-token',
  tokenTransport: 'frame',
  signIn: 'off',
  getToken: async ({ reason, current, signal }) => {
    if (reason === 'rejected') console.log(current?.length)
    const answer = await fetch('/chat-token', { signal })
    return answer.ok ? answer.text() : null
  },
  tokenKeys: { access: 'shop_access', refresh: 'shop_refresh', user: 'shop_user' },
  context: { page: '/prices', seats: 3, nested: { list: [1, 'two', null] } },
  open: 'restore',
  target: '#chat',
  user: { id: '7', name: 'Ada', email: 'ada@example.com' },
  storage: 'session',
  consent: 'host',
  dir: 'rtl',
  strings: { title: 'Talk to us', greeting: 'Hello' },
  offset: { x: 24, y: 80 },
  launcher: '#ask',
  header: false,
  invitation: { text: 'May I help?', delayMs: 5000, once: false },
  features: { feedback: true, sound: false },
  links: { allowHosts: ['docs.example'], confirm: 'always' },
  images: { allowHosts: ['cdn.example'] },
  fallbackHref: 'https://shop.example/contact',
  nonce: 'r4nd0m',
  title: 'Sales',
  placeholder: 'Ask away',
  welcome: 'Hello',
  suggestions: ['Where is my order?', { label: 'Prices', text: 'What does it cost?' }],
  disclosure: false,
  locale: 'it-IT',
  theme: 'dark',
  position: 'top-left',
  size: 'compact',
  zIndex: 10,
  limits: { messageChars: 500, outbox: 5, answerSilenceMs: 20_000 },
  debug: true,
  on: {
    ready: ({ version }) => version.toUpperCase(),
    'message:received': ({ id, author, chars, sources }) => [id, author, chars + sources],
    'unread:change': ({ count }) => count.toFixed(),
    'auth:change': ({ state }) => state === 'signed-in',
    error: (error) => error.help.length,
  },
}
export const handle: ChatHandle = mount(full)

// What a page may leave out, or give in another way.
export const lean: ChatOptions[] = [
  { profile: 'auto' },
  { profile: 'two-step' },
  { profile: 'realtime', tokenTransport: 'query' },
  { signIn: 'auto', tokenKeys: {} },
  { signIn: 'required', tokenKeys: { access: 'shop_access' } },
  { getToken: () => Promise.resolve(null) },
  { context: () => ({ page: location.pathname }) },
  { context: {} },
  { open: false, target: document.body, launcher: document.body, zIndex: 'top-layer' },
  { launcher: false, offset: { y: 0 }, theme: { accent: '#0a7', text: 'black' }, invitation: false },
  { theme: 'glass', disclosure: { text: 'An AI answers', href: '/ai' }, links: {}, images: {}, features: {} },
  { user: {}, strings: {}, theme: {} },
  { limits: {} },
  { limits: { outbox: 1 } },
]

// A listener knows its detail from the event's name.
const end: () => void = handle.on('conversation:start', ({ chatId }) => chatId.slice(1))
handle.on('connection:change', (detail) => {
  proves<Same<typeof detail, ChatEvents['connection:change']>>()
  proves<Same<typeof detail.state, ConnectionState>>()
  if (detail.retryInMs !== undefined) detail.retryInMs.toFixed()
})
handle.once('open', ({ by }) => by === 'visitor')
handle.on('close', ({ by }) => by === 'host')
handle.on('response:start', ({ id }) => id.length)
handle.on('response:delta', ({ id, text }) => id + text)
handle.on('response:end', ({ id, reason, ms, firstTokenMs }) => (reason === 'complete' ? id : ms - (firstTokenMs ?? 0)))
handle.on('feedback', ({ messageId, value, reason }) => messageId + (value === 'up' ? 'thanks' : reason))
handle.on('link:click', ({ messageId, host }) => messageId + host)
handle.on('source:click', ({ messageId, index }) => messageId + index.toFixed())
handle.on('consent:change', ({ granted }) => !granted)
for (const name of ['invitation:shown', 'invitation:dismissed', 'invitation:accepted'] as const) handle.on(name, () => undefined)
handle.on('message:sent', ({ id, clientId, chars }) => id + clientId + chars)
handle.on('message:failed', ({ clientId, error }) => clientId + error.code)
const listener = (error: ChatError): void => void error
handle.on('auth:change', ({ state }) => proves<Same<typeof state, AuthState>>())
handle.on('auth:required', ({ reason }) => proves<Same<typeof reason, ChatErrorCode>>())
handle.on('conversation:end', ({ chatId }) => chatId.length)
handle.on('error', listener)
handle.off('error', listener)
handle.off('ready')
end()

// What `send` gives is told apart by `ok`.
export async function say(text: string): Promise<string> {
  const result: SendResult = await handle.send(text, { clientId: 'mine' })
  if (result.ok) return result.id + result.clientId
  const code: ChatErrorCode = result.error.code
  return result.error.retryable ? code : (result.clientId ?? result.error.help)
}

// Every code and state can be told apart without a default arm.
export function words(status: MessageStatus): string {
  switch (status) {
    case 'queued':
    case 'sending':
    case 'sent':
      return 'on its way, or there'
    case 'expired':
    case 'failed':
    case 'unconfirmed':
      return 'not there, or perhaps'
    case 'thinking':
    case 'streaming':
      return 'coming'
    case 'complete':
    case 'interrupted':
    case 'stopped':
    case 'truncated':
      return 'ended'
  }
}

// An account, by the handle; how it ended is told apart by `ok`.
export async function enter(): Promise<string> {
  const result: AuthResult = await handle.signIn('ada@example.com', 'secret')
  if (!result.ok) return result.error.code
  const user: User = result.user
  const plan: unknown = user['plan']
  return `${user.id} ${user.email ?? ''} ${user.name ?? ''} ${String(plan)}`
}
export async function join(): Promise<User | null> {
  const made = await handle.register({ email: 'ada@example.com', password: 'secret', fullName: 'Ada Lovelace' })
  if (!made.ok) return null
  await handle.register({ email: 'bob@example.com', password: 'secret' })
  return handle.isAuthenticated() ? handle.getProfile() : null
}
export async function quit(): Promise<void> {
  handle.setToken('token')
  handle.setToken(null)
  await handle.logout()
}
export const source = async (context: TokenContext): Promise<string | null> => {
  proves<Same<typeof context.reason, 'initial' | 'expiring' | 'rejected'>>()
  proves<Same<typeof context.current, string | null>>()
  context.signal.addEventListener('abort', () => undefined)
  return context.current
}

export async function failures(): Promise<string[]> {
  const report: DiagnosticReport = await handle.diagnose()
  const checks = report.checks.filter(({ state }) => state === 'fail' || state === 'warn')
  return checks.map(({ id, evidence, cause, fix }) => [id, evidence, cause ?? '', fix ?? ''].join())
}

// Every state can be told apart without a default arm.
export function light(state: ConnectionState): boolean {
  switch (state) {
    case 'live':
      return true
    case 'blocked':
    case 'connecting':
    case 'fallback':
    case 'idle':
    case 'joining':
    case 'offline':
    case 'paused':
    case 'reconnecting':
    case 'signed-out':
    case 'starting':
    case 'waiting':
      return false
  }
}
export function door(state: AuthState): boolean {
  switch (state) {
    case 'anonymous':
    case 'signed-in':
      return false
    case 'required':
      return true
  }
}

const unsubscribe: () => void = handle.subscribe((state: ChatState) => {
  const connection: Connection = state.connection
  const at: number | undefined = connection.retryAt
  if (state.error?.code === 'network/unreachable-or-cors') console.log(at, connection.attempt)
  proves<Same<typeof state.chatId, string | null>>()
  proves<Same<typeof state.auth, AuthState>>()
  if (state.error?.stage === 'auth' || state.error?.stage === 'refresh') console.log(state.error.help)
})
unsubscribe()

const messages: readonly Message[] = handle.getMessages()
const sources: Source[] = messages.flatMap((message) => message.sources)
export const links: (string | undefined)[] = sources.map(({ url }) => url)

export async function leave(): Promise<void> {
  handle.open()
  handle.close()
  handle.toggle()
  handle.setDraft(handle.isOpen() ? 'draft' : '')
  handle.focusComposer()
  handle.hide()
  handle.show()
  handle.stop()
  handle.regenerate()
  handle.markRead()
  handle.identify({ id: '7' })
  handle.setContext({ page: '/cart' })
  handle.setLocale('it')
  handle.setTheme({ accent: 'rebeccapurple' })
  handle.setTheme('glass')
  handle.setConsent(true)
  handle.update({ title: 'Support', limits: { outbox: 3 }, on: { ready: () => undefined } })
  const file: Blob = await handle.exportConversation('markdown')
  await handle.eraseConversation()
  await handle.newConversation()
  handle.retry('client-id')
  handle.retry()
  await handle.unmount()
  console.log((await handle.exportConversation()).size + file.size)
  await bare.ready
  await handle.destroy()
  const gone: HTMLElement | null = handle.element
  console.log(gone?.id, version.length, handle.id)
}

export function script(chat: ChatGlobal): string {
  chat('open')
  void chat.diagnose().then(({ checks }) => checks.length)
  void chat.csp({ apiUrl: 'https://api.example' }).then((policy) => policy.split('; '))
  const all: readonly ChatHandle[] = [...chat.instances, chat.mount({ id: 'two' })]
  return chat.version + csp({ apiUrl: 'https://api.example' }) + csp() + (chat.get('two') ?? get())?.id + all.length
}

proves<Same<ChatEvent, keyof ChatEvents>>()
proves<Same<ChatEvents['error'], ChatError>>()
proves<Same<ReturnType<typeof mount>, ChatHandle>>()
