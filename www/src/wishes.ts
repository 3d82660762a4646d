/** What the menu in the header asks for and the wasm does not do by itself. */
import type { ChatOptions } from '@miptech/chat'
import { showDiagnostics } from './diagnose'
import { type Keys, keyOf } from './keys'
import { save, today } from './save'
import type { Engine, Seat } from './seat'

export interface Wish {
  wish: 'diagnostics' | 'erase' | 'export' | 'locale' | 'notifications' | 'sign-out' | 'sound' | 'theme'
  value: string
}

/** Does it. What the visitor chose is kept where the conversation is, so not before anything may be. */
export async function grant(seat: Seat, engine: Engine, storage: Keys, { wish, value }: Wish): Promise<void> {
  const { options, hostElement } = seat
  const { dataset } = hostElement
  const keep = (value: string): void => {
    if (storage.getItem('miptech_session_id')) storage.setItem(keyOf(options, wish), value)
  }
  switch (wish) {
    case 'diagnostics':
      return showDiagnostics(seat, engine)
    case 'erase':
      return void engine.call('eraseConversation', [])
    case 'sign-out':
      return void engine.call('logout', [])
    case 'export':
      return save((await engine.call('exportConversation', [value])) as Blob, `chat-${today()}.${value === 'json' ? 'json' : 'md'}`)
    case 'theme':
    case 'locale':
      keep(value)
      return void engine.call(wish === 'theme' ? 'setTheme' : 'setLocale', [value])
    case 'sound':
      keep((dataset['sound'] = value))
      return
    case 'notifications': {
      // Asked for here and nowhere else: somebody pressed for it.
      const isGranted = value === 'on' && (await Notification.requestPermission()) === 'granted'
      keep((dataset['notifications'] = isGranted ? 'on' : 'off'))
    }
  }
}

/** What a feature of the menu begins with; nothing where the page did not turn it on, or the browser has none. */
export function begin({ dataset }: HTMLElement, options: ChatOptions, storage: Keys): void {
  const { features = {} } = options
  dataset['without'] = Object.entries(features)
    .filter(([, isOn]) => isOn === false)
    .map(([name]) => name)
    .join(' ')
  if (options.debug) dataset['debug'] = ''
  else delete dataset['debug']
  const of = (name: 'sound' | 'notifications', isPossible: boolean, first: string): void => {
    if (features[name] && isPossible) dataset[name] ??= storage.getItem(keyOf(options, name)) ?? first
    else delete dataset[name]
  }
  of('sound', 'AudioContext' in globalThis, 'on')
  of('notifications', 'Notification' in globalThis && Notification.permission !== 'denied', 'off')
}
