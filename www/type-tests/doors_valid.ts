/** Right use of the element, the React door and the test entry compiles; `tsc` is the test, nothing here runs. */
import '@miptech/chat/element'
import type { ChatError, ChatHandle } from '@miptech/chat'
import type { MiptechChatElement } from '@miptech/chat/element'
import { ChatInline, type ChatListeners, ChatWidget, type ChatWidgetProps, useChatWidget } from '@miptech/chat/react'
import { get, mount, reset, type TestHandle } from '@miptech/chat/testing'
import { createElement } from 'react'

/** Compiles only where the two types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const proves = <T extends true>(): T | undefined => undefined

// Every option is a prop, every event has a listener, and the former names are still there.
const props: ChatWidgetProps = {
  tenantId: 'miptech-company',
  apiUrl: undefined,
  theme: { accent: '#2563eb' },
  onReady: ({ version }) => version.length,
  onMessageSent: ({ chars }) => chars + 1,
  onResponseDelta: ({ text }) => text.length,
  onError: (error: ChatError) => error.code,
  onConnectionChange: undefined,
  openChat: true,
  primaryColor: '#2563eb',
  showPerformanceIndicator: false,
  maxMessageLength: 4000,
  enableSounds: false,
  enableNotifications: false,
  onChatOpen: ({ by }) => by.length,
  onChatClose: () => undefined,
  className: 'chat',
  style: { opacity: 0.9, '--miptech-chat-accent': 'teal' },
  'data-testid': 'chat',
  'aria-label': 'Help',
  onClick: (event) => event.preventDefault(),
}
createElement(ChatWidget, props)
createElement(ChatInline, { title: 'Sales', className: 'chat' })
proves<Same<Parameters<NonNullable<ChatListeners['onUnreadChange']>>[0], { count: number }>>()

const controls = useChatWidget('sales')
controls.open()
const sent: Promise<boolean> = controls.send('Hello', { clientId: 'mine' }).then(({ ok }) => ok)
const handle: ChatHandle | null = controls.handle
const code: string | undefined = controls.error?.code
proves<Same<typeof controls.isOpen, boolean>>()

const element: MiptechChatElement = document.createElement('miptech-chat')
element.suggestions = ['Where is my order?']
element.getToken = async () => null
element.theme = undefined
element.handle?.open()
element.addEventListener('miptech-chat:message:sent', ({ detail }) => detail.chars)
element.addEventListener('click', ({ clientX }) => clientX)
document.querySelector('miptech-chat')?.handle?.close()

const fake: TestHandle = mount({ id: 'sales' })
fake.emit('unread:change', { count: 2 })
fake.setState({ unread: 2 })
const asked: string[] = get('sales')?.calls.map(({ method }) => method) ?? []
reset()

export { asked, code, handle, sent }
