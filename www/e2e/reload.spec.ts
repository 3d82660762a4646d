import { CSP_QUESTION, REACT_QUESTION, expect, test } from './fixtures'
import { TENANT } from './server'

const VISITOR_KEY = `miptech_chat:${TENANT}:visitor_id`
const PROFILE_KEY = `miptech_chat:${TENANT}:profile`
const READ_KEY = `miptech_chat:${TENANT}:read`
const TRANSCRIPT_KEY = `miptech_chat:${TENANT}:transcript`

test('after a reload the transcript stands as before, each message once', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.askAndWait(CSP_QUESTION)
  const before = await widget.drawn()
  expect(before.map(({ author }) => author)).toEqual(['user', 'ai', 'user', 'ai'])
  const sources = await widget.part('source').allTextContents()

  await page.reload()
  await widget.openLive()
  await expect(widget.messages).toHaveCount(4)
  await expect.poll(() => widget.shown()).toEqual(before)
  expect(await widget.part('source').allTextContents()).toEqual(sources)
  for (const question of await widget.questions.all()) await widget.expectStatus(question, 'sent')
  for (const answer of await widget.answers.all()) await widget.expectStatus(answer, 'complete')
})

test('a follow-up after a reload joins the same chat, as the same visitor', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const chat = await widget.chatId()

  await page.reload()
  await widget.openLive()
  await expect(widget.messages).toHaveCount(2)
  await widget.askAndWait(CSP_QUESTION)
  expect(await widget.chatId()).toBe(chat)
  await expect(widget.messages).toHaveCount(4)

  const frames = await server.framesIn()
  const joined = frames.filter(({ frame }) => frame.type === 'join_chat').map(({ frame }) => JSON.stringify(frame))
  expect(joined).toHaveLength(2)
  for (const join of joined) expect(join).toContain(chat)
  const asked = frames.filter(({ frame }) => frame.type === 'chat_message').map(({ frame }) => JSON.stringify(frame))
  expect(asked).toHaveLength(2)
  for (const ask of asked) expect(ask).toContain(chat)

  const creations = await server.creations()
  expect(creations).toHaveLength(2)
  expect(creations[0]?.['session_id']).toMatch(/^[\w-]{8,}$/)
  expect(creations[0]?.['visitor_id']).toMatch(/^[\w-]+$/)
  expect(creations[1]).toEqual(creations[0])

  const stored = await server.messages(chat)
  expect(stored.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
})

test('who comes back sees the end of the conversation, also when its answers are drawn later', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  for (const question of [REACT_QUESTION, CSP_QUESTION, 'What happens when the connection drops?']) await widget.askAndWait(question)
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await page.reload()
    await widget.open()
    await expect(widget.messages).toHaveCount(6)
    await expect(widget.lastAnswer().getByRole('button', { name: 'Try again' })).toBeVisible()
    const below = (): Promise<number> => widget.part('transcript').evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop)
    await expect.poll(below).toBeLessThan(2)
  }
})

test('the browser keeps nothing before the first message, and then ids, the conversation and what was found out of the platform', async ({ page, widget, server }) => {
  const kept = (): Promise<Record<string, string>> => page.evaluate(() => ({ ...localStorage }))
  await page.goto('/')
  await widget.openLive()
  await widget.input.fill('a draft is not a message')
  expect(await kept()).toEqual({})
  expect(await page.context().cookies()).toEqual([])

  await widget.askAndWait(REACT_QUESTION)
  const keys = [PROFILE_KEY, READ_KEY, TRANSCRIPT_KEY, VISITOR_KEY, 'miptech_session_id']
  await expect.poll(async () => Object.keys(await kept()).sort()).toEqual(keys)
  const after = await kept()
  expect(JSON.stringify(after)).not.toContain('a draft is not a message')
  expect(after[PROFILE_KEY]).toMatch(/^two-step bare \d+ http:/)
  const [creation] = await server.creations()
  expect(after['miptech_session_id']).toBe(creation?.['session_id'])
  expect(after[VISITOR_KEY]).toBe(creation?.['visitor_id'])
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
})
