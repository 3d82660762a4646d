/** Wrong use of the public surface does not compile: a line that does makes its `@ts-expect-error` an error. */
import { type AuthResult, type ChatError, type ChatErrorCode, type ChatEvents, type ChatOptions, type MessageStatus, type SendResult, mount } from '@miptech/chat'

const handle = mount()

// Options of a wrong type, unknown values, unknown names.
// @ts-expect-error a tenant is a string
mount({ tenantId: 42 })
// @ts-expect-error a URL object is no string
mount({ apiUrl: new URL('https://api.example') })
// @ts-expect-error there is no such moment
mount({ load: 'never' })
// @ts-expect-error there is no such moment
mount({ connect: 'hover' })
// @ts-expect-error there is no such theme
mount({ theme: 'sepia' })
// @ts-expect-error there is no such corner
mount({ position: 'center' })
// @ts-expect-error there is no such size
mount({ size: 'huge' })
// @ts-expect-error a layer is a number, or the browser's own
mount({ zIndex: '10' })
// @ts-expect-error flags are no strings
mount({ open: 'true' })
// @ts-expect-error a place is an element or its selector
mount({ target: document })
// @ts-expect-error there is no such storage
mount({ storage: 'cookie' })
// @ts-expect-error there is no such moment
mount({ consent: 'never' })
// @ts-expect-error there is no such direction
mount({ dir: 'up' })
// @ts-expect-error there is no such token
mount({ theme: { background: 'red' } })
// @ts-expect-error a token is a text
mount({ theme: { radius: 12 } })
// @ts-expect-error a distance is a number, in CSS pixels
mount({ offset: { x: '16px' } })
// @ts-expect-error a launcher is no number
mount({ launcher: 1 })
// @ts-expect-error a header is there or not
mount({ header: 'small' })
// @ts-expect-error there are no such words
mount({ strings: { hello: 'Hi' } })
// @ts-expect-error words are texts
mount({ strings: { title: 1 } })
// @ts-expect-error a suggestion says what is sent
mount({ suggestions: [{ label: 'Prices' }] })
// @ts-expect-error an invitation says something
mount({ invitation: true })
// @ts-expect-error a disclosure of one's own says something
mount({ disclosure: { href: '/ai' } })
// @ts-expect-error there is no such feature
mount({ features: { typing: true } })
// @ts-expect-error there is no such way to ask
mount({ links: { confirm: 'sometimes' } })
// @ts-expect-error hosts come in a list
mount({ images: { allowHosts: 'cdn.example' } })
// @ts-expect-error a user's name is a text
mount({ user: { name: 1 } })
// @ts-expect-error suggestions are texts
mount({ suggestions: [1, 2] })
// @ts-expect-error a limit is a number
mount({ limits: { messageChars: '500' } })
// @ts-expect-error a limit is a number
mount({ limits: { outbox: '5' } })
// @ts-expect-error a limit is a number, its unit is in its name
mount({ limits: { answerSilenceMs: '30s' } })
// @ts-expect-error there is no such limit
mount({ limits: { messages: 5 } })
// @ts-expect-error there is no such profile
mount({ profile: 'three-step' })
// @ts-expect-error there is no such way
mount({ tokenTransport: 'cookie' })
// @ts-expect-error there is no such moment
mount({ signIn: 'always' })
// @ts-expect-error a form is asked for by a word
mount({ signIn: true })
// @ts-expect-error a token is asked for, not given
mount({ getToken: 'token' })
// @ts-expect-error a token comes by a promise
mount({ getToken: () => 'token' })
// @ts-expect-error a token is a string
mount({ getToken: async () => 42 })
// @ts-expect-error a page without a token says null
mount({ getToken: async () => undefined })
// @ts-expect-error there is no such reason
mount({ getToken: async ({ reason }) => (reason === 'bored' ? 'token' : null) })
// @ts-expect-error the name of a key is a string
mount({ tokenKeys: { access: 1 } })
// @ts-expect-error there is no such key
mount({ tokenKeys: { session: 'shop_session' } })
// @ts-expect-error facts come in an object
mount({ context: 'page' })
// @ts-expect-error facts are not waited for
mount({ context: async () => ({ page: '/prices' }) })
// @ts-expect-error the name is tenantId
mount({ tenantID: 'miptech-company' })
// @ts-expect-error options come in an object
mount('miptech-company')
// @ts-expect-error an option is given or absent, never undefined
export const undefinedOption: ChatOptions = { title: undefined }

// Events that do not exist, and details that do not hold what is read from them.
// @ts-expect-error there is no such event
handle.on('message', () => undefined)
// @ts-expect-error there is no such event
mount({ on: { opened: () => undefined } })
// @ts-expect-error there is no such event
handle.once('message:deleted', () => undefined)
// @ts-expect-error no event carries the text of a message
handle.on('message:received', ({ text }) => text)
// @ts-expect-error a count has no message id
handle.on('unread:change', ({ id }) => id)
// @ts-expect-error the detail of `ready` is no error
handle.on('ready', (error: ChatError) => error.code)
// @ts-expect-error a count is a number
mount({ on: { 'unread:change': ({ count }) => count.toUpperCase() } })
// @ts-expect-error a detail without its version
export const incomplete: ChatEvents['ready'] = {}
// @ts-expect-error a detail without its clientId
export const nameless: ChatEvents['message:sent'] = { id: '1', chars: 2 }
// @ts-expect-error there is no such event
handle.on('auth:signed-in', () => undefined)
// @ts-expect-error no event tells who is signed in
handle.on('auth:change', ({ user }) => user)
// @ts-expect-error no event carries a token
handle.on('auth:change', ({ token }) => token)
// @ts-expect-error a reason is a code
handle.on('auth:required', ({ reason }) => reason.status)
// @ts-expect-error a conversation that ended has an id
export const unnamed: ChatEvents['conversation:end'] = {}
// @ts-expect-error an answer that ended says why
export const endless: ChatEvents['response:end'] = { id: '1', ms: 2 }
// @ts-expect-error there is no such reason
handle.on('response:end', ({ reason }) => reason === 'timeout')
// @ts-expect-error the beginning of an answer has no text
handle.on('response:start', ({ text }) => text)
// @ts-expect-error a link is told by its host alone
handle.on('link:click', ({ href }) => href)
// @ts-expect-error only the host or the visitor opens
export const opened: ChatEvents['open'] = { by: 'page' }
// @ts-expect-error a listener is a function
handle.on('ready', 'callback')

// Codes and states outside their unions.
handle.on('error', (error) => {
  // @ts-expect-error there is no such code
  if (error.code === 'network/timeout') return
  // @ts-expect-error a code is no number
  if (error.code === 404) return
  // @ts-expect-error the code may not be changed into another string
  error.code = 'unknown'
})
// @ts-expect-error there is no such code
export const code: ChatErrorCode = 'tenant/unknown'
// @ts-expect-error there is no such status
export const status: MessageStatus = 'delivered'
// @ts-expect-error there is no such state
if (handle.getState().connection.state === 'connected') handle.open()
// @ts-expect-error there is no such state
if (handle.getState().auth === 'signed-out') handle.open()
// @ts-expect-error there is no such stage
handle.once('error', ({ stage }) => stage === 'login')
// @ts-expect-error there is no such author
export const mine = handle.getMessages().filter(({ author }) => author === 'visitor')

// The handle.
// @ts-expect-error a message needs a text
void handle.send()
// @ts-expect-error a text is a string
void handle.send({ text: 'hello' })
// @ts-expect-error an id is a string
void handle.send('hello', { clientId: 1 })
// @ts-expect-error an id is a string
handle.retry(1)
// @ts-expect-error what is asked again is always the last question
handle.regenerate('message-id')
// @ts-expect-error a user is an object
handle.identify('ada')
// @ts-expect-error facts come in an object
handle.setContext('page')
// @ts-expect-error a language is named
handle.setLocale()
// @ts-expect-error there is no such theme
handle.setTheme('sepia')
// @ts-expect-error consent is given or not
handle.setConsent('yes')
// @ts-expect-error the name is placeholder
handle.update({ placeHolder: 'Ask' })
// @ts-expect-error there is no such form
void handle.exportConversation('pdf')
// @ts-expect-error the id of a handle is fixed
handle.id = 'other'
// @ts-expect-error the messages are not to be changed
handle.getMessages().push()
// @ts-expect-error a sign-in needs a password
void handle.signIn('ada@example.com')
// @ts-expect-error an account needs a password
void handle.register({ email: 'ada@example.com' })
// @ts-expect-error the name is fullName
void handle.register({ email: 'ada@example.com', password: 'secret', full_name: 'Ada' })
// @ts-expect-error a token is a string, or none
handle.setToken(42)
// @ts-expect-error nobody is null, not undefined
export const nobody: Promise<object | undefined> = handle.getProfile()
// @ts-expect-error no method gives a token away
handle.getToken()
// @ts-expect-error there is one answer to stop
handle.stop('message-id')
// @ts-expect-error there is no such method
handle.remove()
export async function unchecked(): Promise<string> {
  const result: SendResult = await handle.send('hello')
  // @ts-expect-error the id is there only where `ok` is true
  return result.id
}
export async function unproved(): Promise<string> {
  const result: AuthResult = await handle.signIn('ada@example.com', 'secret')
  // @ts-expect-error there is a user only where `ok` is true
  return result.user.id
}
export async function unread(): Promise<string> {
  const user = await handle.getProfile()
  // @ts-expect-error nobody may be signed in
  return user.id
}
export async function undiagnosed(): Promise<string> {
  const report = await handle.diagnose()
  // @ts-expect-error what may be unknown is not there for certain
  return report.chatId.slice(1)
}
export async function misread(): Promise<string | undefined> {
  const result = await handle.send('hello')
  // @ts-expect-error there is no error where `ok` is true
  return result.ok ? result.error.code : undefined
}
// @ts-expect-error the promise of `send` is no result yet
export const early: boolean = handle.send('hello').ok
