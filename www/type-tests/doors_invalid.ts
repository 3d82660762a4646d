/** Wrong use of the element, the React door and the test entry does not compile; each line says so itself. */
import type { MiptechChatElement } from '@miptech/chat/element'
import { type ChatInlineProps, type ChatWidgetProps, useChatWidget } from '@miptech/chat/react'
import { mount } from '@miptech/chat/testing'

// @ts-expect-error a misspelt option
const misspelt: ChatWidgetProps = { tenantID: 'miptech-company' }
// @ts-expect-error no such event
const unheard: ChatWidgetProps = { onMessageSeen: () => undefined }
// @ts-expect-error the detail of another event
const confused: ChatWidgetProps = { onUnreadChange: ({ chars }) => chars }
// @ts-expect-error a widget has no children
const crowded: ChatWidgetProps = { children: 'text' }
// @ts-expect-error an inline one is its own place
const placed: ChatInlineProps = { target: '#chat' }
// @ts-expect-error an id is a string
useChatWidget(7)
// @ts-expect-error what is watched cannot be written
useChatWidget().isOpen = true

declare const element: MiptechChatElement
// @ts-expect-error the handle is given, not taken
element.handle = null
// @ts-expect-error no such corner
element.position = 'middle'
// @ts-expect-error the detail of another event
element.addEventListener('miptech-chat:open', ({ detail }) => detail.count)

// @ts-expect-error no such event
mount().emit('opened', {})
// @ts-expect-error another shape
mount().emit('open', { count: 1 })

export { confused, crowded, misspelt, placed, unheard }
