/** The end of a conversation and the beginning of the next; and answers that are stopped. */
import { CSP_QUESTION, REACT_QUESTION, detailsOf, expect, hearEvents, test } from './fixtures'
import type { ReferenceServer } from './server'
import type { Widget } from './widget'

const WAITING = 'This was meant for the old conversation'
const GONE = { body: { success: false, message: 'Chat not found', error_code: 'CHAT_NOT_FOUND' } }

/** The session ids of all creations, in order. */
async function sessionIds(server: ReferenceServer): Promise<unknown[]> {
  return (await server.creations()).map((creation) => creation['session_id'])
}

async function textsIn(server: ReferenceServer): Promise<[unknown, unknown][]> {
  const texts = (await server.framesIn()).filter(({ frame }) => frame.type === 'chat_message')
  return texts.map(({ frame }) => [frame.data?.['message'], frame.data?.['chat_id']])
}

/** The old conversation stands above the break, and the new one has a chat and a session id of its own. */
async function expectNewConversation(widget: Widget, server: ReferenceServer, former: string): Promise<string> {
  await expect(widget.breaks).toHaveCount(1)
  await expect(widget.breaks).toBeVisible()
  await widget.expectConnection('live', 30_000)
  await expect.poll(() => widget.chatId()).not.toBe(former)
  const [first, second, ...more] = await sessionIds(server)
  expect(second).not.toBe(first)
  expect(more).toEqual([])
  return widget.chatId()
}

for (const status of [404, 410]) {
  test(`a chat that history answers with ${status} is replaced, with a break between`, async ({ page, widget, server }) => {
    const told = await hearEvents(page)
    await page.goto('/')
    await widget.openLive()
    await widget.askAndWait(REACT_QUESTION)
    const former = await widget.chatId()
    await server.breaks(
      { on: 'GET /api/v1/chat/', times: 1, status, ...GONE },
      { on: 'socket', now: true, close: { code: 1012, reason: 'restart' } },
    )
    const chat = await expectNewConversation(widget, server, former)
    await widget.askAndWait(CSP_QUESTION)
    expect(await textsIn(server)).toEqual([
      [REACT_QUESTION, former],
      [CSP_QUESTION, chat],
    ])
    const order = await widget.part('transcript').locator('[part=message], [role=separator]').evaluateAll((lines) =>
      lines.map((line) => line.getAttribute('data-author') ?? 'break'),
    )
    expect(order).toEqual(['user', 'ai', 'break', 'user', 'ai'])
    expect(detailsOf(told, 'conversation:start')).toEqual([{ chatId: former }, { chatId: chat }])
    expect(detailsOf(told, 'conversation:end')).toEqual([{ chatId: former }])
    expect(detailsOf(told, 'error').at(-1)).toMatchObject({ code: 'chat/gone', status, stage: 'history' })
  })
}

test('a message that waited when its chat was gone goes into the new one at a click, not before', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const former = await widget.chatId()
  await server.breaks(
    { on: 'socket', times: 1, close: { code: 4005, reason: 'chat session invalid' } },
    { on: 'socket', now: true, close: { code: 1012, reason: 'restart' } },
  )
  await widget.expectConnection('reconnecting')
  await widget.ask(WAITING)

  const chat = await expectNewConversation(widget, server, former)
  await widget.expectNotice('chat/gone')
  await widget.expectStatus(widget.question(WAITING), 'queued')
  expect(await textsIn(server)).toEqual([[REACT_QUESTION, former]])
  await widget.notice.getByRole('button', { name: 'Start a new conversation', exact: true }).click()
  await widget.expectStatus(widget.question(WAITING), 'sent')
  await expect(widget.notice).toBeHidden()
  await widget.expectStatus(widget.lastAnswer(), 'complete', 30_000)
  expect(await textsIn(server)).toEqual([
    [REACT_QUESTION, former],
    [WAITING, chat],
  ])
  await expect(widget.question(WAITING)).toHaveCount(1)
})

test('a socket that closes with 4005 ends the conversation, and a new one begins by itself', async ({ page, widget, server }) => {
  const told = await hearEvents(page)
  await page.goto('/')
  await widget.openLive()
  const former = await widget.chatId()
  await widget.ask('/fault close 4005')
  const chat = await expectNewConversation(widget, server, former)
  expect(detailsOf(told, 'error')).toEqual([expect.objectContaining({ code: 'chat/gone', closeCode: 4005 })])
  await widget.askAndWait(REACT_QUESTION)
  expect((await textsIn(server)).at(-1)).toEqual([REACT_QUESTION, chat])
})

test('a platform that loses every chat is asked for one more, not for ever', async ({ page, widget, server }) => {
  await server.breaks({ on: 'socket', close: { code: 4005, reason: 'chat session invalid' } })
  await page.goto('/')
  await widget.open()
  await widget.expectNotice('chat/gone')
  await widget.expectConnection('blocked')
  expect(await sessionIds(server)).toHaveLength(2)
  await server.heals()
  await widget.notice.getByRole('button', { name: 'Start a new conversation', exact: true }).click()
  await widget.expectConnection('live')
  await widget.askAndWait(REACT_QUESTION)
})

test('newConversation begins another one, and a reload stays in it', async ({ page, widget, server }) => {
  const told = await hearEvents(page)
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const former = await widget.chatId()
  await widget.on((handle) => handle.newConversation())
  const chat = await expectNewConversation(widget, server, former)
  expect(detailsOf(told, 'conversation:end')).toEqual([{ chatId: former }])
  expect(detailsOf(told, 'conversation:start')).toEqual([{ chatId: former }, { chatId: chat }])
  expect(detailsOf(told, 'error')).toEqual([])
  await expect(widget.question(REACT_QUESTION)).toHaveCount(1)
  await widget.askAndWait(CSP_QUESTION)

  await page.reload()
  await widget.openLive()
  expect(await widget.chatId()).toBe(chat)
  await expect(widget.messages).toHaveCount(2)
  await expect(widget.question(CSP_QUESTION)).toHaveCount(1)
})

for (const offered of [true, false]) {
  test.describe(`a platform that ${offered ? 'offers' : 'does not offer'} to stop`, () => {
    test.use({ serverFlags: offered ? [] : ['--without', 'stop'] })

    test(`${offered ? 'is told' : 'is not told'} when an answer is stopped, and the text so far stays`, async ({ page, widget, server }) => {
      await page.goto('/')
      await widget.openLive()
      await widget.ask(`/fault slow ${REACT_QUESTION}`)
      await widget.expectStatus(widget.lastAnswer(), 'streaming')
      await widget.on((handle) => handle.stop())
      await widget.expectStatus(widget.lastAnswer(), 'stopped')
      const kept = await widget.lastAnswer().locator('[part=bubble]').textContent()
      expect(kept).not.toBe('')
      const stops = (await server.framesIn()).filter(({ frame }) => frame.type === 'stop_response')
      const [answer] = (await widget.transcript()).filter(({ author }) => author === 'ai')
      expect(stops.map(({ frame }) => frame.data)).toEqual(offered ? [{ chat_id: await widget.chatId(), message_id: answer?.id }] : [])

      if (offered) {
        await expect.poll(async () => JSON.stringify(await server.log())).toContain('\\"stopped\\":true')
        await widget.askAndWait(CSP_QUESTION)
      } else {
        // The platform goes on; what it says is not shown any more.
        const pieces = async (): Promise<number> => JSON.stringify(await server.log()).split('\\"response_chunk\\"').length
        const before = await pieces()
        await expect.poll(pieces).toBeGreaterThan(before + 3)
      }
      await expect(widget.answers.first().locator('[part=bubble]')).toHaveText(kept ?? '')
      await widget.expectStatus(widget.answers.first(), 'stopped')
    })
  })
}
