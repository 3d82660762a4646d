/** The React door, written by hand. React 17 or newer. */
import type { CSSProperties, FunctionComponent, HTMLAttributes } from 'react'
import type { ChatEvent, ChatEvents, ChatHandle, ChatOptions, ChatState } from '@miptech/chat'

type Capitals<S extends string> = S extends `${infer Head}:${infer Tail}` ? `${Capitalize<Head>}${Capitals<Tail>}` : Capitalize<S>

/** `onMessageSent` hears `message:sent`, and so on; which function it is may change with every render. */
export type ChatListeners = { [E in ChatEvent as `on${Capitals<E>}`]?: ((detail: ChatEvents[E]) => void) | undefined }

/** Names of the former component. */
export interface FormerProps {
  /** Opens the chat each time it becomes true. */
  openChat?: boolean | undefined
  /** The custom property `--miptech-chat-accent`. */
  primaryColor?: string | undefined
  /** `limits.messageChars` */
  maxMessageLength?: number | undefined
  /** `features.sound` */
  enableSounds?: boolean | undefined
  /** `features.notifications` */
  enableNotifications?: boolean | undefined
  /** Has no effect but one warning. */
  showPerformanceIndicator?: boolean | undefined
  /** `onOpen` */
  onChatOpen?: ((detail: ChatEvents['open']) => void) | undefined
  /** `onClose` */
  onChatClose?: ((detail: ChatEvents['close']) => void) | undefined
}

type Optional<T> = { [K in keyof T]?: T[K] | undefined }

/** What goes on the widget's element: class, style, `data-` and `aria-` attributes, handlers of DOM events. */
export type WornProps = Omit<
  HTMLAttributes<HTMLElement>,
  keyof ChatOptions | keyof ChatListeners | keyof FormerProps | 'children' | 'dangerouslySetInnerHTML' | 'style'
> & {
  /** Counts like `!important`; custom properties are how to theme. */
  style?: (CSSProperties & { [property: `--${string}`]: string | number | undefined }) | undefined
  [attribute: `data-${string}`]: string | number | boolean | undefined
}

/** All options, compared by value, and the rest. */
export type ChatWidgetProps = Optional<ChatOptions> & ChatListeners & FormerProps & WornProps

/** Stands in the page, in an element of its own that takes the props which are no options. */
export type ChatInlineProps = Omit<ChatWidgetProps, 'target'>

export interface ChatControls extends Readonly<Pick<ChatState, 'status' | 'isOpen' | 'unread' | 'connection'>> {
  readonly error: ChatState['error'] | undefined
  open(): void
  close(): void
  toggle(): void
  /** Waits for the widget to be mounted; refused when the hook's component is gone before. */
  send: ChatHandle['send']
  setDraft: ChatHandle['setDraft']
  stop: ChatHandle['stop']
  signIn: ChatHandle['signIn']
  logout: ChatHandle['logout']
  /** Null while no widget of this id is mounted. */
  readonly handle: ChatHandle | null
}

/** A floating widget; renders nothing where it stands. */
export const ChatWidget: FunctionComponent<ChatWidgetProps>

/** A widget in the page, in a `<div>` of its own. */
export const ChatInline: FunctionComponent<ChatInlineProps>

/** What the widget of this id does, by whatever door it was mounted, and what can be asked of it. @default "default" */
export function useChatWidget(id?: string): ChatControls
