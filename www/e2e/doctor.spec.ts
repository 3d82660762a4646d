/**
 * Faults planted in page, browser and platform: each is named by exactly the check that is to name it, with its fix, and
 * whatever else fails says whose consequence it is.
 */
import type { Page } from '@playwright/test'
import type { ChatOptions, DiagnosticCheck, DiagnosticReport } from '@miptech/chat'
import { ACCOUNT_KEYS, type FaultRule, ReferenceServer, TENANT } from './server'
import { REACT_QUESTION, comesSignedIn, expect, test } from './fixtures'
import { goToPage, tag } from './pages'

const CREATE = 'POST /api/v1/chat'
const HEALTH = 'GET /api/v1/health'

/** What is found out about a widget that is mounted for it. */
async function diagnosed(page: Page, options: ChatOptions): Promise<DiagnosticReport> {
  const report = await page.evaluate((options) => window.MIPTechChat!.diagnose(options as ChatOptions), options as object)
  await expect(page.locator('[data-miptech-chat]'), 'nothing of it stays').toHaveCount(0)
  return report
}

/** What is to blame: the checks that failed of themselves. */
const blamed = ({ checks }: DiagnosticReport): string[] =>
  checks.filter(({ state, consequenceOf }) => state === 'fail' && !consequenceOf).map(({ id, finding }) => `${id}/${finding}`)

const named = ({ checks }: DiagnosticReport, id: string): DiagnosticCheck => checks.find((check) => check.id === id)!

/** Exactly this is to blame, and it is said in whole words what mends it. */
function expectBlamed(report: DiagnosticReport, what: string): void {
  expect(blamed(report), JSON.stringify(report, null, 1)).toEqual([what])
  const { cause, fix } = named(report, what.split('/')[0]!)
  expect(cause).toMatch(/\.$/)
  expect(fix).toMatch(/\.$/)
  expect(JSON.stringify(report.checks).replaceAll(/[[{,]"\w+":/g, '')).not.toMatch(/\{\w+\}/)
}

/** Plants faults in the platform one after the other; before each of them the browser has forgotten the one before. */
async function expectRules(page: Page, server: ReferenceServer, planted: [what: string, ...rules: FaultRule[]][], options: ChatOptions = {}): Promise<DiagnosticReport[]> {
  const reports: DiagnosticReport[] = []
  for (const [what, ...rules] of planted) {
    await server.heals()
    await server.breaks(...rules)
    await page.evaluate(() => localStorage.clear())
    const report = await diagnosed(page, { apiUrl: server.origin, ...options })
    expectBlamed(report, what)
    reports.push(report)
  }
  return reports
}

/** A page of another origin than the platform's, which is on its list or not. */
async function onSite(page: Page, server: ReferenceServer, isAllowed: boolean, act: (site: ReferenceServer) => Promise<void>): Promise<void> {
  const site = await ReferenceServer.start()
  try {
    if (isAllowed) {
      await server.stop('SIGTERM')
      await server.restart(['--allow-origin', site.origin])
    }
    await page.goto(site.origin + (await site.barePage()))
    await act(site)
  } finally {
    await site.dispose()
  }
}

test('a chat that works passes every check, and is not disturbed', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await server.clearLog()
  const report = await page.evaluate(() => window.MIPTechChat!.get()!.diagnose())
  for (const { id, state, evidence } of report.checks) {
    // How fast it is, is the machine's affair.
    if (id !== 'latency') expect(state, `${id}: ${evidence}`).toBe(id === 'token' ? 'skipped' : 'pass')
  }
  expect(report).toMatchObject({ profile: 'two-step', capabilities: expect.arrayContaining(['history']) })
  expect(named(report, 'latency').evidence).toMatch(/^probe \d+ ms, creation \d+ ms, open to ready \d+ ms, first words \d+ ms$/)
  // It asks what changes nothing; no second socket, no second chat.
  const log = await server.log()
  expect(log.flatMap((entry) => (entry.kind === 'http' ? [entry.method] : [])).filter((method) => method !== 'GET')).toEqual([])
  expect(log.filter((entry) => entry.kind === 'socket' && entry.event === 'open')).toEqual([])
  await widget.expectConnection('live')
  await widget.askAndWait('And again?')
  // What the examination asked is not taken for the chat's creation.
  const again = await page.evaluate(() => window.MIPTechChat!.get()!.diagnose())
  expect(named(again, 'create').evidence).toBe(named(report, 'create').evidence)
})

test('two faults at once are both named', async ({ page, server }) => {
  await page.goto(await server.barePage())
  const headers = { date: new Date(Date.now() - 2 * 60 * 60 * 1000).toUTCString() }
  await server.breaks({ on: HEALTH, headers }, { on: 'GET /healthz', headers })
  const report = await diagnosed(page, { apiUrl: server.origin, tenantId: 'nobody-knows-me' })
  expect(blamed(report)).toEqual(['clock/apart', 'tenant/unknown'])
})

test('what healed is no fault, and neither is an option that was refused', async ({ page, widget, server }) => {
  await server.breaks({ on: CREATE, status: 500, body: { detail: 'no' }, times: 1 })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await page.evaluate(() => {
    const handle = window.MIPTechChat!.get()!
    handle.update({ position: 'middle' as never })
    handle.close()
  })
  const report = await page.evaluate(() => window.MIPTechChat!.get()!.diagnose())
  expect(blamed(report), JSON.stringify(report, null, 1)).toEqual([])
})

test('files that cannot be fetched are told of, the doctor being one of them', async ({ page, server }) => {
  await page.goto(await server.barePage())
  await page.route('**/*.wasm', (route) => route.abort())
  expectBlamed(await diagnosed(page, { apiUrl: server.origin }), 'wasm/not-found')
  await page.unroute('**/*.wasm')
  await page.route('**/miptech-chat-doctor-*', (route) => route.abort())
  await page.reload()
  expect(blamed(await diagnosed(page, { apiUrl: server.origin }))).toEqual(['wasm/not-found'])
})

test('of a widget that is there and whose wasm no page may fetch, both ways in tell', async ({ page, server }) => {
  await page.goto(await server.barePage())
  await page.route('**/*.wasm', (route) => route.abort())
  const [report, error] = await page.evaluate(async (apiUrl) => {
    const handle = window.MIPTechChat!.mount({ apiUrl })
    return [await window.MIPTechChat!.diagnose({ apiUrl }), await handle.diagnose().catch((error: unknown) => error)] as const
  }, server.origin)
  expectBlamed(report, 'wasm/not-found')
  expect(error).toMatchObject({ code: 'load/network' })
  await page.evaluate(() => window.MIPTechChat!.get()!.destroy())
  await expect(page.locator('[data-miptech-chat]'), 'nobody else holds it').toHaveCount(0)
})

test('who asks a widget that is gone before its code could be fetched hears nothing, and neither does the page', async ({ page, server }) => {
  const thrown: Error[] = []
  page.on('pageerror', (error) => thrown.push(error))
  let fail!: () => void
  const failing = new Promise<void>((resolve) => (fail = resolve))
  await page.route(/miptech-chat-[0-9a-f]{10}\.js/, async (route) => {
    await failing
    await route.abort()
  })
  await page.goto(await server.barePage())
  const answer = await page.evaluate(async (apiUrl) => {
    const handle = window.MIPTechChat!.mount({ apiUrl })
    const answer = handle.diagnose()
    void handle.destroy()
    return answer
  }, server.origin)
  expect(answer).toBeNull()
  const over = page.waitForEvent('console', (message) => message.text().includes('load/network'))
  fail()
  await over
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)))
  expect(thrown).toEqual([])
})

test('who asks a widget whose files cannot be fetched at all is told so, and not left to wait for another try', async ({ page, server }) => {
  await page.goto(await server.barePage())
  await page.route(/miptech-chat-[0-9a-f]{10}\.js/, (route) => route.abort())
  const refused = (): Promise<unknown> =>
    page.evaluate(async (apiUrl) => {
      const handle = window.MIPTechChat!.get() ?? window.MIPTechChat!.mount({ apiUrl })
      return handle.diagnose().then(String, (error: unknown) => error)
    }, server.origin)
  const told = { code: 'load/network', help: expect.stringMatching(/ docs\/TROUBLESHOOTING\.md#load\/network$/) }
  expect(await refused()).toMatchObject(told)
  expect(await refused(), 'each try of its own').toMatchObject(told)

  await page.unroute(/miptech-chat-[0-9a-f]{10}\.js/)
  const report = await page.evaluate(() => window.MIPTechChat!.get()!.diagnose())
  expect(blamed(report)).toEqual([])
})

test('a tag that was refused is what is examined', async ({ page, server }) => {
  await goToPage(page, server, tag(server.origin, 'data-tenant-id="a b"').replace('data-tenant-id="miptech-company" ', ''))
  await page.waitForFunction(() => window.MIPTechChat?.version)
  const report = await page.evaluate(() => window.MIPTechChat!.diagnose())
  expectBlamed(report, 'options/tenant-shape')
})

test('a widget that is gone is not examined', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  const report = await page.evaluate(async () => {
    const handle = window.MIPTechChat!.get()!
    await handle.destroy()
    return handle.diagnose()
  })
  expect(report).toBeNull()
})

test('a widget nobody opened is not made to connect', async ({ page, server }) => {
  await goToPage(page, server, tag(server.origin))
  await page.waitForFunction(() => window.MIPTechChat?.get())
  const report = await page.evaluate(() => window.MIPTechChat!.get()!.diagnose())
  expect(blamed(report)).toEqual([])
  expect(named(report, 'health').state).toBe('pass')
  expect(named(report, 'join')).toMatchObject({ state: 'skipped', evidence: 'nobody has opened the chat yet' })
  expect(await server.callsOf(CREATE)).toEqual([])
})

test('without a widget on the page one connects for it, unseen, and is gone afterwards', async ({ page, server }) => {
  await page.goto(await server.barePage())
  const report = await diagnosed(page, { apiUrl: server.origin })
  expect(blamed(report)).toEqual([])
  expect(named(report, 'join').state).toBe('pass')
  expect(await server.callsOf(CREATE)).toHaveLength(1)
})

test('wrong options are named before anything is asked', async ({ page, server }) => {
  await page.goto(await server.barePage())
  await server.clearLog()
  const apiUrl = server.origin
  for (const [options, what] of [
    [{ apiUrl, tenantId: 'a b' }, 'options/tenant-shape'],
    [{ apiUrl, tenantId: '' }, 'options/tenant-shape'],
    [{ apiUrl, position: 'middle' as never }, 'options/invalid'],
    [{ apiUrl, storage: 'cloud' as never }, 'options/invalid'],
    [{ apiUrl: 'ftp://api.example.com' }, 'address/no-base'],
    [{ apiUrl: `${apiUrl}/chat` }, 'address/no-base'],
    [{ apiUrl, wsUrl: 'api.example.com' }, 'address/no-base'],
  ] as [ChatOptions, string][]) {
    const report = await diagnosed(page, options)
    expectBlamed(report, what)
    for (const { state, consequenceOf } of report.checks) if (state === 'skipped') expect(consequenceOf).toBe(what.split('/')[0])
  }
  expect(await server.callNames()).toEqual([])
})

test('an unencrypted platform is not asked by an encrypted page', async ({ page, context, server }) => {
  await context.route('https://www.example.com/**', async (route) => {
    const { pathname } = new URL(route.request().url())
    const answer = await route.fetch({ url: server.origin + (pathname === '/' ? await server.barePage() : pathname) })
    await route.fulfill({ response: answer })
  })
  await page.goto('https://www.example.com/')
  const report = await diagnosed(page, { apiUrl: 'http://api.example.com' })
  expectBlamed(report, 'secure/unencrypted')
})

test('a doubled prefix is a warning and no failure', async ({ page, server }) => {
  await page.goto(await server.barePage())
  const report = await diagnosed(page, { apiUrl: `${server.origin}/api/v1/api/v1` })
  expect(blamed(report)).toEqual([])
  expect(named(report, 'address')).toMatchObject({ state: 'warn', finding: 'doubled-prefix' })
})

test.describe('the code', () => {
  test('that is a page, or nothing, is named, whoever asks', async ({ page, server }) => {
    let answer = { status: 200, contentType: 'text/html', body: '<!doctype html><title>Site</title>' }
    await page.route('**/*.wasm', (route) => route.fulfill(answer))
    for (const what of ['wasm/not-wasm', 'wasm/not-found']) {
      await page.goto(await server.barePage())
      expectBlamed(await diagnosed(page, { apiUrl: server.origin }), what)
      const report = await page.evaluate((apiUrl) => window.MIPTechChat!.mount({ apiUrl }).diagnose(), server.origin)
      expectBlamed(report, what)
      expect(named(report, 'health').state, 'what can be seen without it is seen').toBe('pass')
      expect(named(report, 'join')).toMatchObject({ state: 'skipped', consequenceOf: 'wasm' })
      answer = { ...answer, status: 404 }
    }
  })

  test('that the browser cannot run is named', async ({ page, server }) => {
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'))
    await page.goto(await server.barePage())
    expectBlamed(await diagnosed(page, { apiUrl: server.origin }), 'wasm/no-wasm')
  })

  test('that the policy of the page forbids is named', async ({ page, server }) => {
    await server.addPage(
      'policy.html',
      `<!doctype html><html lang="en"><head><title>policy</title><link rel="icon" href="data:,"><meta http-equiv="Content-Security-Policy" content="script-src 'self'"><script src="/dist/loader.js" data-manual></script></head><body></body></html>`,
    )
    await page.goto('/policy.html')
    expectBlamed(await diagnosed(page, { apiUrl: server.origin }), 'wasm/not-allowed')
  })
})

test('a policy that forbids calls, or sockets alone, is named with the origin that is missing', async ({ page, server }) => {
  await onSite(page, server, true, async (site) => {
    for (const [sources, missing] of [
      ["'self'", server.origin],
      [`'self' ${server.origin}`, server.origin.replace('http', 'ws')],
    ]) {
      await site.addPage(
        'policy.html',
        `<!doctype html><html lang="en"><head><title>policy</title><link rel="icon" href="data:,"><meta http-equiv="Content-Security-Policy" content="connect-src ${sources}"><script src="/dist/loader.js" data-manual></script></head><body></body></html>`,
      )
      await page.goto(`${site.origin}/policy.html`)
      const report = await diagnosed(page, { apiUrl: server.origin })
      expectBlamed(report, 'csp/connect')
      expect(named(report, 'csp').fix).toContain(missing)
    }
  })
})

test('storage and tabs that are not to be had are warnings', async ({ page, server }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('blocked', 'SecurityError')
      },
    })
    Reflect.deleteProperty(window, 'BroadcastChannel')
  })
  await page.goto(await server.barePage())
  const report = await diagnosed(page, { apiUrl: server.origin })
  expect(blamed(report)).toEqual([])
  expect(named(report, 'storage')).toMatchObject({ state: 'warn', finding: 'blocked' })
  expect(named(report, 'tabs')).toMatchObject({ state: 'warn', finding: 'alone', evidence: 'without BroadcastChannel' })
  expect(named(report, 'join').state).toBe('pass')
})

test('storage that is full is a warning', async ({ page, server }) => {
  await page.goto(await server.barePage())
  await page.evaluate(() => {
    localStorage.setItem('miptech_session_id', crypto.randomUUID())
    for (let size = 4 << 20; size > 100; size >>= 1) {
      try {
        for (let place = 0; ; place++) localStorage.setItem(`fill-${size}-${place}`, 'x'.repeat(size))
      } catch {
        // The next half fits, or a smaller one.
      }
    }
  })
  const report = await diagnosed(page, { apiUrl: server.origin })
  expect(blamed(report)).toEqual([])
  expect(named(report, 'storage')).toMatchObject({ state: 'warn', finding: 'full' })
})

test('a platform nobody can reach is told from a browser without a network', async ({ page, context, widget, server }) => {
  const gone = await ReferenceServer.start()
  await gone.dispose()
  await goToPage(page, server, tag(gone.origin))
  await widget.open()
  const ask = (): Promise<DiagnosticReport> => page.evaluate(() => window.MIPTechChat!.get()!.diagnose())
  expectBlamed(await ask(), 'network/unreachable')
  await context.setOffline(true)
  expectBlamed(await ask(), 'network/offline')
})

test('an address that swallows every call is no matter of extensions or origins', async ({ page, server }) => {
  test.slow()
  await page.goto(await server.barePage())
  await server.breaks({ on: '* /api', delay_ms: 60_000 })
  expectBlamed(await diagnosed(page, { apiUrl: server.origin }), 'network/timeout')
})

test('what an extension stops is told from a platform that is down', async ({ page, server }) => {
  await page.goto(await server.barePage())
  for (const [stopped, path] of [
    [/\/api\/v1\/chat/, '/api/v1/chat'],
    [/\/api\//, '/api/v1/health'],
  ] as const) {
    await page.route(stopped, (route) => route.abort('blockedbyclient'))
    const report = await diagnosed(page, { apiUrl: server.origin })
    expectBlamed(report, 'extension/blocked')
    expect(named(report, 'extension').cause).toContain(path)
    await page.unroute(stopped)
  }
})

test.describe('health', () => {
  test('probes that fail, and a prefix that got lost', async ({ page, server }) => {
    await page.goto(await server.barePage())
    const probes = [HEALTH, 'GET /healthz', 'GET /readyz']
    await expectRules(page, server, [
      ['health/failing', ...probes.map((on) => ({ on, status: 500 }))],
      [
        'health/prefix-missing',
        ...[...probes, CREATE].map((on) => ({ on, status: 404, body: { detail: 'Not Found' } })),
        { on: 'GET /health', status: 200, body: { status: 'healthy' } },
        { on: 'socket', refuse_upgrade: 404 },
      ],
    ])
  })

  test.describe('of a hotspot', () => {
    test.use({ serverFlags: ['--html'] })

    test('is nobody the widget knows', async ({ page, server }) => {
      await page.goto(await server.barePage())
      expectBlamed(await diagnosed(page, { apiUrl: server.origin }), 'health/not-the-platform')
    })
  })

  test.describe('while the model services start', () => {
    test.use({ serverFlags: ['--warm-up-ms', '3600000'] })

    test('is asked five times', async ({ page, server }) => {
      await page.goto(await server.barePage())
      expectBlamed(await diagnosed(page, { apiUrl: server.origin }), 'warm-up/starting')
    })
  })

  test('clocks that are two hours apart are named', async ({ page, server }) => {
    await page.goto(await server.barePage())
    const date = new Date(Date.now() - 2 * 60 * 60 * 1000).toUTCString()
    const [report] = await expectRules(page, server, [['clock/apart', { on: HEALTH, headers: { date } }]])
    expect(named(report!, 'clock').cause).toMatch(/\b7[12]\d\d s/)
  })
})

test.describe('permission', () => {
  test('that a page does not have is told from a failure that looks the same', async ({ page, server }) => {
    await onSite(page, server, false, async (site) => {
      const report = await diagnosed(page, { apiUrl: server.origin })
      expectBlamed(report, 'cors/nothing-readable')
      expect(named(report, 'cors').fix).toContain(site.origin)
    })
    await onSite(page, server, true, async (site) => {
      const headers = { 'access-control-allow-origin': site.origin, 'access-control-allow-headers': 'content-type' }
      await expectRules(page, server, [
        // The brief's own case: the tenant header was missing, the platform failed, and the browser spoke of CORS.
        ['cors/failed-before-headers', { on: CREATE, status: 500, cors: false, body: { error: 'Tenant ID not found in headers' } }],
        ['cors/failed-before-headers', { on: '* /api/v1/chat', status: 500, cors: false }],
        ['cors/failed-before-headers', { on: '* /api/v1', status: 500, cors: false }],
        ['cors/header-not-allowed', { on: 'OPTIONS /', status: 204, cors: false, headers }],
      ])
    })
  })
})

test.describe('tokens', () => {
  const jwt = (claims: object): string => ['{"alg":"HS256"}', JSON.stringify(claims), 'signed'].map((part) => Buffer.from(part).toString('base64url')).join('.')

  test('that are for somebody else, too old, too small or not accepted are told apart', async ({ page, server }) => {
    await page.goto(await server.barePage())
    const later = Math.round(Date.now() / 1000) + 600
    for (const [claims, what] of [
      [{ tenant_id: 'another-one', user_id: 'u', exp: later }, 'token/other-tenant'],
      [{ tenant_id: TENANT, user_id: 'u', exp: later - 660 }, 'token/expired'],
      [{ tenant_id: TENANT, user_id: 'u', exp: later, scope: ['chat:create'] }, 'token/scope-missing'],
      [{ tenant_id: TENANT, user_id: 'u', exp: later, scope: ['chat:create', 'chat:send'] }, 'token/refused'],
    ] as const) {
      const token = jwt(claims)
      await page.evaluate(([key, token]) => {
        localStorage.clear()
        localStorage.setItem(key!, token!)
      }, [ACCOUNT_KEYS.access, token])
      const report = await diagnosed(page, { apiUrl: server.origin })
      expectBlamed(report, what)
      expectNothingOf(report, token)
    }
  })

  test.describe('that are demanded', () => {
    test.use({ serverFlags: ['--require-auth'] })

    test('are missed', async ({ page, server }) => {
      await page.goto(await server.barePage())
      expectBlamed(await diagnosed(page, { apiUrl: server.origin }), 'token/required')
    })
  })

  test('of somebody who is signed in stand nowhere in a report, and neither does what was said', async ({ page, context, widget, server }) => {
    const person = await server.registered()
    await comesSignedIn(context, person)
    await goToPage(page, server, tag(server.origin))
    await widget.openLive()
    await widget.askAndWait('zebra-canary what is this?')
    const report = await page.evaluate(() => window.MIPTechChat!.get()!.diagnose())
    expect(blamed(report)).toEqual([])
    expect(named(report, 'token').state).toBe('pass')
    expectNothingOf(report, person.access)
    expectNothingOf(report, person.refresh)
    expect(JSON.stringify(report)).not.toContain('zebra-canary')
  })
})

/** Not eight letters in a row of a secret. */
function expectNothingOf(report: DiagnosticReport, secret: string): void {
  const all = JSON.stringify(report)
  for (let at = 0; at + 8 <= secret.length; at++) expect(all).not.toContain(secret.slice(at, at + 8))
}

test('what is wrong with the tenant', async ({ page, server }) => {
  await page.goto(await server.barePage())
  expectBlamed(await diagnosed(page, { apiUrl: server.origin, tenantId: 'nobody-knows-me' }), 'tenant/unknown')
  await expectRules(page, server, [
    ['tenant/header-missing', { on: CREATE, status: 500, body: { error: 'Tenant ID not found in headers' } }],
    ['tenant/denied', { on: CREATE, status: 403, body: { error: 'Tenant access denied' } }],
  ])
})

test('what is wrong with creation', async ({ page, server }) => {
  await page.goto(await server.barePage())
  const fields = { detail: [{ loc: ['body', 'visitor_id'], msg: 'field required', type: 'missing' }] }
  const [refused] = await expectRules(page, server, [
    ['create/fields', { on: CREATE, status: 422, body: fields }],
    ['create/database', { on: CREATE, status: 503, body: { code: 'schema_unavailable', message: 'relation does not exist' } }],
    ['create/rate-limited', { on: CREATE, status: 429, headers: { 'retry-after': '30' }, body: { code: 'RATE_LIMIT_EXCEEDED', message: 'Slow down' } }],
    ['create/failing', { on: CREATE, status: 502, body: { detail: 'upstream' } }],
    ['create/not-the-platform', { on: CREATE, status: 200, html: true }],
    ['create/wrong-path', { on: CREATE, status: 404, body: { detail: 'Not Found' } }, { on: 'socket', refuse_upgrade: 404 }],
  ], { profile: 'two-step' })
  expect(named(refused!, 'create').cause).toContain('visitor_id: field required')
})

test.describe('a platform that sends to the other spelling of a path', () => {
  test.use({ serverFlags: ['--slash', 'trailing'] })

  test('is warned of, because the widget finds the way', async ({ page, server }) => {
    await onSite(page, server, true, async () => {
      const report = await diagnosed(page, { apiUrl: server.origin })
      expect(blamed(report), JSON.stringify(report, null, 1)).toEqual([])
      expect(named(report, 'create')).toMatchObject({ state: 'warn', finding: 'slash-redirect' })
    })
  })
})

test('what is wrong with the socket and the join', async ({ page, server }) => {
  await page.goto(await server.barePage())
  const reports = await expectRules(page, server, [
    ['socket/refused', { on: 'socket', refuse_upgrade: 403 }],
    ['socket/refused', { on: 'socket', refuse_upgrade: 426 }],
    ['join/refused', { on: 'socket', accept_then_close: 4403 }],
    ['join/refused', { on: 'socket', accept_then_close: 4004 }],
    ['join/silent', { on: 'socket', silent_join: true, no_ready: true }],
  ], { profile: 'two-step' })
  expect(named(reports[2]!, 'join').cause).toContain('4403, the token is for another tenant')
})
