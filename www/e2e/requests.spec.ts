import { CSP_QUESTION, REACT_QUESTION, expect, test } from './fixtures'
import { TENANT } from './server'

test('every request of a whole conversation is as the platform wants it', async ({ page, widget, server, complaints }) => {
  const urls: string[] = []
  page.on('request', (request) => urls.push(request.url()))
  page.on('websocket', (socket) => urls.push(socket.url()))
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await page.reload()
  await widget.openLive()
  await expect(widget.messages).toHaveCount(2)
  await widget.askAndWait(CSP_QUESTION)

  const calls = await server.calls()
  expect(`${calls[0]?.method} ${calls[0]?.path_and_query}`).toBe('GET /api/v1/health')
  expect(calls.length).toBeGreaterThanOrEqual(6)
  for (const call of calls) {
    const name = `${call.method} ${call.path_and_query}`
    expect(call.headers['x-tenant-id'], name).toBe(TENANT)
    expect(call.headers['cookie'], name).toBeUndefined()
    expect(call.status, name).toBe(200)
    const isRootProbe = /^\/(healthz|readyz|health)$/.test(call.path_and_query)
    expect(call.path_and_query.split('/api/v1').length - 1, name).toBe(isRootProbe ? 0 : 1)
  }

  const host = new URL(server.origin).host
  for (const url of urls) {
    expect(new URL(url).host, url).toBe(host)
    expect(url).not.toMatch(/null|undefined|NaN|\[object/)
  }
  const sockets = urls.filter((url) => url.startsWith('ws'))
  expect(sockets).toHaveLength(2)
  for (const url of sockets) {
    expect(new URL(url).pathname).toBe('/api/v1/ws/chat')
    expect(new URL(url).searchParams.get('tenant_id')).toBe(TENANT)
  }
  expect(complaints).toEqual([])
})

test('the creation body holds four fields and no more', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  const creations = await server.creations()
  expect(creations).toHaveLength(1)
  expect(creations[0]).toEqual({
    session_id: expect.stringMatching(/^[\w-]{8,100}$/),
    visitor_id: expect.stringMatching(/^[\w-]{1,100}$/),
    tenant_id: TENANT,
    title: 'Website Chat Session',
  })
})

test('every socket says join_chat first and once, also after a cut', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.ask('/fault drop')
  await expect.poll(async () => (await server.sockets()).size, { timeout: 30_000 }).toBe(2)
  await widget.expectConnection('live', 30_000)
  await widget.askAndWait(CSP_QUESTION)

  const chat = await widget.chatId()
  const sockets = await server.sockets()
  expect(sockets.size).toBe(2)
  for (const [number, entries] of sockets) {
    const frames = entries.flatMap((entry) => (entry.event === 'frame_in' ? [entry.text] : []))
    expect(frames[0], `socket ${number}`).toContain('"join_chat"')
    expect(frames[0], `socket ${number}`).toContain(chat)
    expect(frames.filter((frame) => frame.includes('"join_chat"')), `socket ${number}`).toHaveLength(1)
    for (const frame of frames) expect(frame).not.toMatch(/null|undefined/)
  }
})

test('a page that nobody touches makes no request but for the launcher', async ({ page, widget, server }) => {
  const paths: string[] = []
  page.on('request', (request) => paths.push(new URL(request.url()).pathname))
  await page.goto('/', { waitUntil: 'networkidle' })
  await expect(widget.launcher).toBeVisible()
  expect(paths.filter((path) => path.startsWith('/dist/'))).toEqual(['/dist/loader.js'])
  expect(await server.log()).toEqual([])
})
