/** Rows of the product brief, seen from the page: defaults, readiness, every way to refuse, and origins. */
import { REACT_QUESTION, detailsOf, expect, hearEvents, test } from './fixtures'
import { ReferenceServer, TENANT } from './server'

const CREATE = 'POST /api/v1/chat'
const HEALTH = 'GET /api/v1/health'

test('mounted without options, the widget asks http://localhost:8000 for miptech-company', async ({ page, context, widget, server }) => {
  const asked: string[] = []
  await context.route('http://localhost:8000/**', async (route) => {
    const request = route.request()
    asked.push(`${request.method()} ${request.url()} ${request.headers()['x-tenant-id']}`)
    await route.fulfill({
      headers: { 'access-control-allow-origin': server.origin, 'access-control-allow-headers': '*' },
      json: request.method() === 'POST' ? { chat_id: 'c1', session_id: 's' } : { status: 'healthy' },
    })
  })
  const opened: string[] = []
  await context.routeWebSocket(/.*/, (socket) => {
    opened.push(socket.url())
    socket.send(JSON.stringify({ type: 'connection_ready', data: {} }))
    socket.onMessage(() => socket.send(JSON.stringify({ type: 'chat_joined', data: { chat_id: 'c1', success: true } })))
  })
  await page.goto(await server.barePage())
  await widget.mount({})
  await widget.openLive()
  expect(asked).toEqual([
    `GET http://localhost:8000/api/v1/health ${TENANT}`,
    `POST http://localhost:8000/api/v1/chat ${TENANT}`,
  ])
  expect(opened).toEqual([`ws://localhost:8000/api/v1/ws/chat?tenant_id=${TENANT}&chat_id=c1`])
})

test('readiness walks from /api/v1/health to /healthz to /readyz, and remembers which one answered', async ({ page, widget, server }) => {
  await server.breaks({ on: HEALTH, status: 404, body: { detail: 'Not Found' } }, { on: 'GET /healthz', status: 502, body: '' })
  await page.goto('/')
  await widget.openLive()
  expect(await server.callNames()).toEqual(expect.arrayContaining([HEALTH, 'GET /healthz', 'GET /readyz', CREATE]))
  expect((await server.callNames()).slice(0, 4)).toEqual([HEALTH, 'GET /healthz', 'GET /readyz', CREATE])
  for (const call of await server.calls()) expect(call.tenant_id, call.path_and_query).toBe(TENANT)
  expect(await server.callsOf('GET /health')).toEqual([])
})

test.describe('while the services warm up for three seconds', () => {
  test.use({ serverFlags: ['--warm-up-ms', '3000'] })

  test('the chat comes up unaided, and asks the one path that answered', async ({ page, widget, server }) => {
    await page.goto('/')
    // The warm-up begins once the code is there: how long a machine takes to fetch it must not use it up.
    await widget.launcher.hover()
    await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
    await server.stop('SIGKILL')
    await server.restart()
    await widget.open()
    await widget.ask(REACT_QUESTION)
    await widget.expectStatus(widget.lastAnswer(), 'complete', 30_000)
    const names = await server.callNames()
    const probes = names.slice(0, names.indexOf(CREATE))
    expect(probes.length).toBeGreaterThan(1)
    expect(new Set(probes)).toEqual(new Set([HEALTH]))
    await expect(widget.notice).toBeHidden()
  })
})

test('a readiness that is never confirmed is never fatal', async ({ page, widget, server }) => {
  const failing = ['GET /api/v1/health', 'GET /healthz', 'GET /readyz'].map((on) => ({ on, status: 503, body: { code: 'db_not_ready', message: 'No' } }))
  await server.breaks(...failing)
  await page.goto('/')
  await widget.open()
  await widget.ask(REACT_QUESTION)
  await widget.expectStatus(widget.lastAnswer(), 'complete', 40_000)
  const names = await server.callNames()
  // Five tries, each from the first path to the last.
  const walk = [HEALTH, 'GET /healthz', 'GET /readyz']
  expect(names.slice(0, names.indexOf(CREATE))).toEqual([...walk, ...walk, ...walk, ...walk, ...walk])
})

/** One answer of every family (platform.md section 6) to the creation of a chat, and what the page is told. */
interface Refusal {
  family: string
  status: number
  body?: unknown
  html?: boolean
  code: string
  retryable: boolean
  /** Words of the help, or of the platform within it. */
  help: string
}

const REFUSALS: Refusal[] = [
  {
    family: 'E1, a list of fields',
    status: 422,
    body: { detail: [{ loc: ['body', 'session_id'], msg: 'field required', type: 'value_error.missing' }] },
    code: 'chat/invalid-request',
    retryable: false,
    help: 'session_id: field required',
  },
  { family: 'E2, no tenant', status: 500, body: { detail: 'Tenant ID not found in request' }, code: 'tenant/missing-header', retryable: false, help: 'X-Tenant-ID' },
  { family: 'E2, no tenant', status: 400, body: { detail: 'X-Tenant-ID required' }, code: 'tenant/missing-header', retryable: false, help: 'tenantId' },
  { family: 'E2, no database', status: 500, body: { detail: 'relation "chats" does not exist' }, code: 'platform/starting', retryable: true, help: 'relation' },
  { family: 'E2, tenant denied', status: 403, body: { detail: 'Tenant access denied' }, code: 'tenant/denied', retryable: false, help: 'check your permissions' },
  { family: 'E3, a login', status: 401, body: { success: false, message: 'Login', errors: ['Login'], error_code: 'AUTH_REQUIRED' }, code: 'auth/required', retryable: false, help: 'Login' },
  { family: 'E3, an unknown tenant', status: 404, body: { success: false, message: 'Tenant not found', error_code: 'TENANT_NOT_FOUND' }, code: 'tenant/not-found', retryable: false, help: 'verify your tenant' },
  { family: 'E3, with success for a status', status: 200, body: { success: false, message: 'No', error_code: 'TENANT_NOT_FOUND' }, code: 'tenant/not-found', retryable: false, help: '(No)' },
  { family: 'E3, a limit', status: 429, body: { success: false, error_code: 'RATE_LIMIT_EXCEEDED', errors: ['Too many'], details: { retry_after: 17 } }, code: 'rate/limited', retryable: true, help: 'Too many' },
  { family: 'E4, a code', status: 503, body: { code: 'schema_unavailable', message: 'Starting' }, code: 'platform/starting', retryable: true, help: 'Starting' },
  { family: 'E5, a final one', status: 503, body: { detail: 'Busy', type: 'platform', code: 'x', retryable: false }, code: 'platform/starting', retryable: false, help: 'Busy' },
  { family: 'E6, the middleware', status: 500, body: { error: 'Tenant ID not found in request' }, code: 'tenant/missing-header', retryable: false, help: 'X-Tenant-ID' },
  { family: 'E6, the proxy', status: 502, body: { error: 'Upstream', details: { message: 'no' } }, code: 'platform/error', retryable: true, help: 'Upstream' },
  { family: 'E7, a page of a balancer', status: 502, html: true, code: 'platform/error', retryable: true, help: 'Bad Gateway' },
  { family: 'E7, nothing', status: 504, body: '', code: 'platform/error', retryable: true, help: 'Gateway Timeout' },
  { family: 'E8, in detail', status: 403, body: { detail: { code: 'insufficient_scope', message: 'No' } }, code: 'auth/forbidden', retryable: false, help: 'chat:create' },
  { family: 'E8, in error', status: 404, body: { error: { code: 'tenant_not_found', message: 'Who?' } }, code: 'tenant/not-found', retryable: false, help: 'Who?' },
]

for (const { family, status, body, html, code, retryable, help } of REFUSALS) {
  test(`a creation refused by ${family} (${status}) ends in the notice ${code}, with an action`, async ({ page, widget, server }) => {
    await server.breaks({ on: CREATE, status, ...(html ? { html } : { body }) })
    const told = await hearEvents(page)
    // With a profile of its own no other way is tried, and without the form the notice speaks.
    await page.goto('/?profile=two-step&signIn=off&locale=it')
    await widget.open()
    await widget.expectNotice(code)
    await expect(widget.notice.getByRole('button', { name: 'Riprova ora', exact: true })).toBeVisible()
    const error = detailsOf(told, 'error').at(-1)
    expect(error).toMatchObject({ code, retryable, status, stage: 'create', help: expect.stringContaining(help) })
    await expect(widget.notice).toContainText(error?.message ?? '')
    // The words are Italian, and the platform's own are no markup.
    expect(error?.message).toMatch(/chat|server/i)
    expect(error?.message).not.toMatch(/\bthe\b/i)
    if (!retryable) await widget.expectConnection(code.startsWith('auth/') ? 'signed-out' : 'blocked')
  })
}

test.describe('a page of another origin', () => {
  /** A second server gives the page; the first one is the platform. */
  async function pageOf(server: ReferenceServer): Promise<{ site: ReferenceServer; address: string }> {
    const site = await ReferenceServer.start()
    return { site, address: `${site.origin}/?apiUrl=${server.origin}` }
  }

  test('that is not on the list is told of both causes a browser cannot tell apart', async ({ page, widget, server }) => {
    const { site, address } = await pageOf(server)
    const told = await hearEvents(page)
    await page.goto(address)
    await widget.open()
    await widget.expectNotice('network/unreachable-or-cors')
    const error = detailsOf(told, 'error').at(-1)
    expect(error?.help).toContain("this page's origin is not in the platform's list of allowed origins")
    expect(error?.help).toContain('failed before it could add CORS headers')
    expect(error?.status).toBeUndefined()
    await site.dispose()
  })

  test('that is on the list chats as on the platform itself', async ({ page, widget, server }) => {
    const { site, address } = await pageOf(server)
    await server.stop('SIGTERM')
    await server.restart(['--allow-origin', site.origin])
    await page.goto(address)
    await widget.openLive()
    await widget.askAndWait(REACT_QUESTION)
    const preflights = (await server.calls()).filter(({ method }) => method === 'OPTIONS')
    expect(preflights.length).toBeGreaterThan(0)
    for (const { headers } of preflights) expect(headers['access-control-request-headers']).toContain('x-tenant-id')

    // A failure before the headers were added looks the same as no permission.
    await server.breaks({ on: CREATE, status: 500, cors: false, body: { error: 'Tenant ID not found in request' } })
    await page.evaluate(() => localStorage.clear())
    await page.reload()
    await widget.open()
    await widget.expectNotice('network/unreachable-or-cors')
    expect((await server.callsOf(CREATE)).at(-1)?.status).toBe(500)
    await site.dispose()
  })
})
