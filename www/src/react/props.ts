/** Props sorted into what they are: options, listeners, names of the former component, and what the element wears. */
import type { ChatEvent, ChatOptions } from '@miptech/chat'
import type { ChatWidgetProps } from '@miptech/chat/react'
import { EVENTS } from '../follow'

type Values = Record<string, unknown>
type Listener = (detail: unknown) => void

/** The props that hear an event: `onMessageSent` hears `message:sent`. */
const LISTENERS = new Map<string, ChatEvent>(
  [...EVENTS, 'response:delta' as const].map((name) => [
    `on${name.replaceAll(/(?:^|:)(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    name,
  ]),
)
LISTENERS.set('onChatOpen', 'open').set('onChatClose', 'close')

/** Names of the former component that are no options today, and `children`, which a widget has none of. */
const FORMER = new Set('openChat primaryColor showPerformanceIndicator maxMessageLength enableSounds enableNotifications children'.split(' '))

/** What the element wears; everything else is an option, so that a misspelt one is named and not swallowed. */
const WORN = /^(?:className|style|role|lang|tabIndex|hidden|slot|translate|inert|(?:data|aria)-.+|on[A-Z].*)$/

export function optionsOf(props: ChatWidgetProps, target?: Element | null): ChatOptions {
  const given = Object.entries(props).filter(([name, value]) => value !== undefined && !FORMER.has(name) && !isWorn(name))
  const options: ChatOptions = Object.fromEntries(given.filter(([name]) => !LISTENERS.has(name)))
  const { maxMessageLength: messageChars, enableSounds: sound, enableNotifications: notifications } = props
  if (messageChars !== undefined) options.limits = { messageChars, ...options.limits }
  if (sound || notifications) {
    options.features = { ...(sound && { sound }), ...(notifications && { notifications }), ...options.features }
  }
  if (target) options.target = target
  const heard: Partial<Record<ChatEvent, Listener[]>> = {}
  for (const [name, listener] of Object.entries(props.on ?? {})) heard[name as ChatEvent] = [listener as Listener]
  for (const [name, listener] of given) {
    const event = LISTENERS.get(name)
    if (event && typeof listener === 'function') (heard[event] ??= []).push(listener as Listener)
  }
  const tell = (listeners: Listener[]): Listener => (detail) => listeners.forEach((listener) => listener(detail))
  options.on = Object.fromEntries(Object.entries(heard).map(([name, listeners]) => [name, tell(listeners)]))
  return options
}

export function wornBy(props: ChatWidgetProps): Values {
  const worn = Object.fromEntries(Object.entries(props).filter(([name]) => isWorn(name)))
  if (props.primaryColor) worn['style'] = { '--miptech-chat-accent': props.primaryColor, ...props.style }
  return worn
}

let isWarned = false

/** The former indicator's line has no successor: said once, since a prop that does nothing should not seem to. */
export function warnOfIdleProps({ showPerformanceIndicator }: ChatWidgetProps): void {
  if (!showPerformanceIndicator || isWarned) return
  isWarned = true
  console.warn('miptech-chat: showPerformanceIndicator has no effect; listen to onResponseEnd for times')
}

function isWorn(name: string): boolean {
  return WORN.test(name) && !LISTENERS.has(name)
}
