/** Right use of the public surface compiles; `tsc` is the test, nothing here runs. */
import {
  type ChatError,
  type ChatErrorCode,
  type ChatEvent,
  type ChatEvents,
  type ChatHandle,
  type ChatOptions,
  type ChatState,
  type Connection,
  type ConnectionState,
  type Message,
  type MessageStatus,
  type SendResult,
  type Source,
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
  open: true,
  title: 'Sales',
  placeholder: 'Ask away',
  welcome: 'Hello',
  suggestions: ['Where is my order?'],
  disclosure: false,
  locale: 'it-IT',
  theme: 'dark',
  position: 'top-left',
  size: 'compact',
  zIndex: 10,
  limits: { messageChars: 500 },
  debug: true,
  on: {
    ready: ({ version }) => version.toUpperCase(),
    'message:received': ({ id, author, chars, sources }) => [id, author, chars + sources],
    'unread:change': ({ count }) => count.toFixed(),
    error: (error) => error.help.length,
  },
}
export const handle: ChatHandle = mount(full)

// A listener knows its detail from the event's name.
const end: () => void = handle.on('conversation:start', ({ chatId }) => chatId.slice(1))
handle.on('connection:change', (detail) => {
  proves<Same<typeof detail, ChatEvents['connection:change']>>()
  proves<Same<typeof detail.state, ConnectionState>>()
  if (detail.retryInMs !== undefined) detail.retryInMs.toFixed()
})
handle.once('open', ({ by }) => by === 'visitor')
handle.on('close', ({ by }) => by === 'host')
handle.on('message:sent', ({ id, clientId, chars }) => id + clientId + chars)
handle.on('message:failed', ({ clientId, error }) => clientId + error.code)
const listener = (error: ChatError): void => void error
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

const unsubscribe: () => void = handle.subscribe((state: ChatState) => {
  const connection: Connection = state.connection
  const at: number | undefined = connection.retryAt
  if (state.error?.code === 'network/unreachable-or-cors') console.log(at, connection.attempt)
  proves<Same<typeof state.chatId, string | null>>()
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
  handle.retry('client-id')
  await bare.ready
  await handle.destroy()
  const gone: HTMLElement | null = handle.element
  console.log(gone?.id, version.length, handle.id)
}

proves<Same<ChatEvent, keyof ChatEvents>>()
proves<Same<ChatEvents['error'], ChatError>>()
proves<Same<ReturnType<typeof mount>, ChatHandle>>()
