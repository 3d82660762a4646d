import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { ChatError, ChatOptions, SendResult } from '@miptech/chat'
import { REACT_QUESTION, WASM_PARTS, expect, test } from './fixtures'
import { goToModulePage, goToPage, tag } from './pages'
import { type ReferenceServer, WWW } from './server'
import { Widget } from './widget'

function pathsOf(page: Page): string[] {
  const paths: string[] = []
  page.on('request', (request) => paths.push(new URL(request.url()).pathname))
  return paths
}

test.describe('the script tag', () => {
  test('draws the launcher and fetches nothing else before intent', async ({ page, widget, server, complaints }) => {
    const paths = pathsOf(page)
    await goToPage(page, server, tag(server.origin))
    await expect(widget.launcher).toBeVisible()
    await expect(widget.launcher).toHaveAccessibleName('Open chat')
    await page.waitForLoadState('networkidle')
    expect(paths.filter((path) => !path.startsWith('/door'))).toEqual(['/dist/loader.js'])
    expect(complaints).toEqual([])
  })

  test('fetches the code once when the pointer comes near, and opens on a click', async ({ page, widget, server }) => {
    const paths = pathsOf(page)
    await goToPage(page, server, tag(server.origin))
    const fetched = page.waitForResponse((response) => response.url().endsWith('.wasm'))
    await widget.launcher.hover()
    expect((await fetched).status()).toBe(200)
    await widget.open()
    await widget.expectConnection('live')
    await expect.poll(() => paths.filter((path) => path.endsWith('.wasm'))).toHaveLength(WASM_PARTS)
    expect(paths.filter((path) => /miptech-chat-\w+\.js$/.test(path))).toHaveLength(1)
    expect(await server.sockets()).toHaveProperty('size', 1)
  })

  test('opens on a press during which the code arrives', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin))
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/*.wasm', async (route) => {
      await held
      await route.continue()
    })
    await widget.launcher.hover()
    await page.mouse.down()
    const arrived = page.waitForEvent('requestfinished', (request) => request.url().endsWith('.wasm'))
    release()
    await arrived
    await page.mouse.up()
    await expect(widget.panel).toBeVisible()
  })

  test('takes commands from before it was loaded, in order', async ({ page, widget, server }) => {
    await goToPage(
      page,
      server,
      `<script>
        window.heard = []
        window.MIPTechChat = window.MIPTechChat || function () { (MIPTechChat.q = MIPTechChat.q || []).push(arguments) }
        MIPTechChat('on', 'ready', function () { heard.push('ready') })
        MIPTechChat('on', 'open', function (detail) { heard.push('open by ' + detail.by) })
        MIPTechChat('open')
        MIPTechChat('send', 'asked before anything was there')
      </script>${tag(server.origin)}`,
    )
    await expect(widget.panel).toBeVisible()
    await expect(widget.question('asked before anything was there')).toHaveCount(1)
    await widget.expectStatus(widget.lastAnswer(), 'complete')
    expect(await page.evaluate(() => window.heard)).toEqual(['ready', 'open by host'])
  })

  test('draws one widget for two tags of one id and warns once', async ({ page, widget, server, complaints }) => {
    await goToPage(page, server, tag(server.origin) + tag(server.origin))
    await expect(widget.launcher).toBeVisible()
    await expect.poll(() => complaints.length).toBe(1)
    expect(complaints[0]).toMatch(/^warning: miptech-chat: /)
    await expect(page.locator('[data-miptech-chat]')).toHaveCount(1)
    await widget.openLive()
    expect(complaints).toHaveLength(1)
    expect((await server.sockets()).size).toBe(1)
  })

  test('with data-manual waits until it is asked to mount', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin, 'data-manual'))
    await page.waitForFunction(() => !!window.MIPTechChat?.version)
    await expect(widget.host).toHaveCount(0)
    await page.evaluate((apiUrl) => window.MIPTechChat?.('mount', { apiUrl, open: true }), server.origin)
    await widget.expectConnection('live')
  })

  test('as a module, which is nobody\'s current script, is found by its address', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin, 'type="module" data-title="By address"'))
    await widget.openLive()
    await expect(page.getByRole('dialog', { name: 'By address', exact: true })).toBeVisible()
  })

  test('without a tag takes the options from MIPTechChatConfig, and without those waits', async ({ page, widget, server }) => {
    await server.addPage('bundled.js', readFileSync(join(WWW, 'dist/loader.js'), 'utf8'))
    const load = `<script>fetch('/bundled.js').then((file) => file.blob()).then((file) => import(URL.createObjectURL(file)))</script>`
    await goToPage(page, server, `<script>window.MIPTechChatConfig = { apiUrl: '${server.origin}', position: 'top-left' }</script>${load}`)
    await expect(widget.launcher).toBeVisible()
    await expect(widget.host).toHaveAttribute('data-position', 'top-left')
    await goToPage(page, server, load)
    await page.waitForFunction(() => !!window.MIPTechChat?.version)
    await expect(widget.host).toHaveCount(0)
    await page.evaluate((apiUrl) => window.MIPTechChat?.('mount', { apiUrl }), server.origin)
    await expect(widget.launcher).toBeVisible()
  })

  for (const when of ['idle', 'eager'] as const) {
    test(`with load ${when} fetches the code without anybody`, async ({ page, widget, server }) => {
      const fetched = page.waitForResponse((response) => response.url().endsWith('.wasm'))
      await goToPage(page, server, tag(server.origin, `data-load="${when}"`))
      expect((await fetched).status()).toBe(200)
      await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
      await expect(widget.panel).toBeHidden()
    })
  }

  test('with load manual ignores hovering, and opens on a press', async ({ page, widget, server }) => {
    const paths = pathsOf(page)
    await goToPage(page, server, tag(server.origin, 'data-load="manual"'))
    await widget.launcher.hover()
    await page.waitForLoadState('networkidle')
    expect(paths.filter((path) => path.endsWith('.wasm'))).toEqual([])
    await widget.launcher.click()
    await widget.expectConnection('live')
  })

  test('is let in by its pin in integrity.json, which names every file as it is', async ({ page, widget, server }) => {
    const { files } = JSON.parse(readFileSync(join(WWW, 'dist/integrity.json'), 'utf8')) as { files: Record<string, string> }
    for (const [name, pin] of Object.entries(files)) {
      expect(`sha384-${createHash('sha384').update(readFileSync(join(WWW, 'dist', name))).digest('base64')}`, name).toBe(pin)
    }
    const fetched = pathsOf(page)
    await goToPage(page, server, tag(server.origin, `integrity="${files['loader.js']}" crossorigin="anonymous"`))
    await widget.openLive()
    for (const path of fetched.filter((path) => path.startsWith('/dist/'))) expect(files, path).toHaveProperty([path.slice('/dist/'.length)])
  })

  test('draws a second widget for a tag of another id', async ({ page, widget, server, complaints }) => {
    await goToPage(page, server, tag(server.origin) + tag(server.origin, 'data-id="sales" data-position="bottom-left" data-title="Sales"'))
    const sales = new Widget(page, 'sales')
    await expect(widget.launcher).toBeVisible()
    await sales.open()
    await expect(page.getByRole('dialog', { name: 'Sales', exact: true })).toBeVisible()
    await expect(widget.panel).toBeHidden()
    expect(await page.evaluate(() => window.MIPTechChat?.instances.map(({ id }) => id).sort())).toEqual(['default', 'sales'])
    expect(complaints).toEqual([])
  })

  test('answered with HTML instead of code says so in the panel, and Try again tries again', async ({ page, widget, server }) => {
    const isWasm = /\.wasm$/
    await page.route(isWasm, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html><title>App</title>' }))
    await goToPage(page, server, `<script>
        window.heard = []
        addEventListener('miptech-chat:error', (event) => heard.push(event.detail.code))
      </script>${tag(server.origin)}`)
    await widget.launcher.click()
    const note = widget.panel.getByText('Chat could not be loaded')
    await expect(note).toBeVisible()
    await expect(widget.launcher).toBeVisible()
    expect([...new Set(await page.evaluate(() => window.heard))]).toEqual(['load/not-wasm'])
    expect((await widget.state()).error).toMatchObject({ code: 'load/not-wasm', stage: 'load' })

    await page.unroute(isWasm)
    await widget.panel.getByRole('button', { name: 'Try again', exact: true }).click()
    await expect(note).toBeHidden()
    await expect(widget.panel).toBeVisible()
    await widget.expectConnection('live')
  })
})

test.describe('code that cannot be fetched', () => {
  for (const [file, pattern] of [
    ['wasm', /\/miptech-chat-\w+\.wasm$/],
    ['glue', /\/miptech-chat-\w+\.js$/],
  ] as const) {
    test(`and arrives at the second try costs the visitor nothing: ${file}`, async ({ page, widget, server }) => {
      let tries = 0
      await page.route(pattern, (route) => {
        tries += 1
        return tries === 1 ? route.abort() : route.continue()
      })
      await goToPage(page, server, tag(server.origin))
      await widget.launcher.click()
      await expect(widget.panel).toBeVisible()
      await widget.expectConnection('live')
      expect(tries).toBe(2)
    })
  }

  test('is tried three times by itself and once with every click', async ({ page, widget, server }) => {
    let tries = 0
    await page.route(/\.wasm$/, (route) => {
      tries += 1
      return route.abort()
    })
    await goToPage(page, server, tag(server.origin))
    const note = widget.panel.getByText('Chat could not be loaded')
    const again = widget.panel.getByRole('button', { name: 'Try again', exact: true })
    await widget.launcher.click()
    await expect(note).toBeVisible()
    expect(tries).toBe(3)
    expect((await widget.state()).error?.code).toBe('load/network')
    await again.click()
    await expect.poll(() => tries).toBe(4)
    await expect(note).toBeVisible()
    await page.unroute(/\.wasm$/)
    await again.click()
    await expect(note).toBeHidden()
    await widget.expectConnection('live')
  })
})

test.describe('the module', () => {
  test('mounts, sends and tells what came of it', async ({ page, widget, server, complaints }) => {
    await goToModulePage(page, server)
    const result = await page.evaluate(async ([apiUrl, question]) => {
      window.heard = []
      const handle = window.mount({
        apiUrl: apiUrl as string,
        on: {
          'conversation:start': ({ chatId }) => window.heard.push(`started ${typeof chatId}`),
          'message:sent': ({ chars }) => window.heard.push(`sent ${chars}`),
          'message:received': ({ author, sources }) => window.heard.push(`received from ${author}, ${sources > 0 ? 'with' : 'without'} sources`),
        },
      })
      window.handle = handle
      handle.open()
      return handle.send(question as string)
    }, [server.origin, REACT_QUESTION])
    expect(result).toEqual({ ok: true, id: expect.any(String), clientId: expect.any(String) })
    await expect(widget.panel).toBeVisible()
    await widget.expectStatus(widget.lastAnswer(), 'complete')
    await expect
      .poll(() => page.evaluate(() => window.heard))
      .toEqual(['started string', `sent ${REACT_QUESTION.length}`, 'received from ai, with sources'])
    expect(complaints).toEqual([])
  })

  test('gives one handle to two mounts of one id, and is gone when both are destroyed', async ({ page, widget, server }) => {
    await goToModulePage(page, server)
    const isOne = await page.evaluate(async (apiUrl) => {
      const first = window.mount({ apiUrl, open: true })
      const second = window.mount({ apiUrl })
      window.handle = first
      await first.ready
      return first === second && first.element !== null
    }, server.origin)
    expect(isOne).toBe(true)
    await expect(widget.host).toHaveCount(1)
    await widget.expectConnection('live')

    await page.evaluate(() => window.handle?.destroy())
    await expect(widget.host).toHaveCount(1)
    await widget.expectConnection('live')
    expect((await closes(server)).length).toBe(0)

    expect(
      await page.evaluate(async () => {
        await window.handle?.destroy()
        return window.handle?.element
      }),
    ).toBeNull()
    await expect(widget.host).toHaveCount(0)
    await expect.poll(async () => (await closes(server)).length).toBe(1)
    expect((await server.sockets()).size).toBe(1)
    await page.evaluate(() => window.handle?.destroy())
    expect(await page.evaluate(() => window.handle?.send('to nobody'))).toMatchObject({ ok: false })
  })

  test('keeps one socket through the order of React StrictMode', async ({ page, widget, server }) => {
    await goToModulePage(page, server)
    await page.evaluate((apiUrl) => {
      void window.mount({ apiUrl, open: true }).destroy()
      window.handle = window.mount({ apiUrl, open: true })
    }, server.origin)
    await widget.expectConnection('live')
    await expect(widget.host).toHaveCount(1)

    // The same again while the socket is up.
    await page.evaluate(async (apiUrl) => {
      const former = window.handle
      const gone = former?.destroy()
      window.handle = window.mount({ apiUrl, open: true })
      await gone
      if (former !== window.handle) throw new Error('another handle')
    }, server.origin)
    await widget.expectConnection('live')
    await widget.askAndWait(REACT_QUESTION)
    const sockets = await server.sockets()
    expect(sockets.size).toBe(1)
    expect(await closes(server)).toEqual([])
  })

  test('mounts anew after it was destroyed', async ({ page, widget, server, complaints }) => {
    await goToModulePage(page, server)
    await page.evaluate(async (apiUrl) => {
      const first = window.mount({ apiUrl, open: true })
      await first.ready
      await first.destroy()
      window.handle = window.mount({ apiUrl, open: true })
    }, server.origin)
    await expect(widget.panel).toBeVisible()
    await widget.expectConnection('live')
    expect(complaints).toEqual([])
  })

  test('draws nothing for a tenant that no platform takes, and raises the error', async ({ page, widget, server }) => {
    await goToModulePage(page, server)
    const told = await page.evaluate(
      (apiUrl) =>
        new Promise<unknown>((resolve) => {
          window.handle = window.mount({ apiUrl, tenantId: 'no', on: { error: resolve } })
        }),
      server.origin,
    )
    expect(told).toMatchObject({ code: 'config/invalid', help: 'tenantId docs/TROUBLESHOOTING.md#config/invalid' })
    await expect(widget.host).toHaveCount(0)
    expect(await page.evaluate(() => window.handle?.element)).toBeNull()
    expect((await widget.state()).error?.code).toBe('config/invalid')
    expect(await server.log()).toEqual([])
  })

  test('settles what is sent to a widget that was not drawn', async ({ page, server }) => {
    await goToModulePage(page, server)
    await page.evaluate((apiUrl) => {
      window.heard = []
      const handle = window.mount({ apiUrl, tenantId: 'no' })
      const note = (when: string) => (result: SendResult) => window.heard.push(`${when}: ${result.ok ? 'sent' : result.error.code}`)
      void handle.send('in the same turn').then(note('at once'))
      handle.on('error', () => void handle.send('later').then(note('later')))
    }, server.origin)
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['at once: config/invalid', 'later: config/invalid'])
  })

  for (const [wrong, named] of [
    [{ title: 42 }, /string.*title.*number/],
    [{ open: 'yes' }, /restore.*open.*"yes"/],
    [{ open: 'false' }, /restore.*open.*"false"/],
  ] as const) {
    test(`names field, expectation and value of an option of a wrong type: ${JSON.stringify(wrong)}`, async ({ page, server }) => {
      await goToModulePage(page, server)
      const told = await page.evaluate(
        ([apiUrl, wrong]) =>
          new Promise<unknown>((resolve) => {
            window.handle = window.mount({ apiUrl, load: 'eager', ...(wrong as object), on: { error: resolve } })
          }),
        [server.origin, wrong] as const,
      )
      expect(told).toMatchObject({ code: 'config/invalid', help: expect.stringMatching(named) })
      expect((told as ChatError).help.split(' docs/TROUBLESHOOTING.md#').slice(1), 'one link, to its anchor').toEqual(['config/invalid'])
      expect(await page.evaluate(() => window.handle?.send('hello'))).toMatchObject({ ok: false })
      expect(await server.log()).toEqual([])
    })
  }

  test('survives a listener that throws, and says so', async ({ page, widget, server }) => {
    await goToModulePage(page, server)
    const told = await page.evaluate(
      (apiUrl) =>
        new Promise<unknown>((resolve) => {
          window.handle = window.mount({
            apiUrl,
            open: true,
            on: {
              ready: () => {
                throw new Error('from the page')
              },
              error: resolve,
            },
          })
        }),
      server.origin,
    )
    expect(told).toMatchObject({ code: 'host/callback-threw' })
    await widget.expectConnection('live')
    await widget.askAndWait(REACT_QUESTION)
  })

  test('names an unknown option and the nearest known one in one warning', async ({ page, widget, server, complaints }) => {
    await goToModulePage(page, server)
    await page.evaluate((apiUrl) => {
      window.handle = window.mount({ apiUrl, tenantID: 'miptech-company', open: true } as ChatOptions)
    }, server.origin)
    await expect(widget.panel).toBeVisible()
    await expect.poll(() => complaints).toEqual([expect.stringMatching(/^warning: .*tenantID.*tenantId/)])
  })
})

async function closes(server: ReferenceServer): Promise<unknown[]> {
  return [...(await server.sockets()).values()].flat().filter(({ event }) => event === 'close')
}
