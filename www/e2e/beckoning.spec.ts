/** How the widget makes itself known while it is closed or nobody looks: invitation, title, notification. */
import type { ChatOptions } from '@miptech/chat'
import type { Page } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToModulePage } from './pages'
import { PHONE, expectClosed, expectLocked, goToLongPage, hasEntry } from './phone'
import { Teller } from './teller'

const INVITATION = { text: 'Questions about shipping?', delayMs: 2000, hideAfterMs: 5000 }

function mount(page: Page, options: ChatOptions): Promise<void> {
  const plain: object = options
  return page.evaluate((options) => void (window.handle = window.mount(options as ChatOptions)), plain)
}

/** Writes down what the page hears from now on: of invitations, of who opens, of keys. */
function hear(page: Page): Promise<void> {
  return page.evaluate(() => {
    window.heard = []
    for (const what of ['shown', 'dismissed', 'accepted']) addEventListener(`miptech-chat:invitation:${what}`, () => window.heard.push(what))
    addEventListener('miptech-chat:open', (event) => window.heard.push(`open by ${(event as CustomEvent<{ by: string }>).detail.by}`))
    addEventListener('keydown', ({ key }) => window.heard.push(key))
  })
}

test('an invitation comes once, waits while it is read, and leads into the chat', async ({ page, widget, server }) => {
  await page.clock.install()
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, invitation: INVITATION })
  const invitation = widget.part('invitation')
  await expect(async () => {
    await page.clock.runFor(500)
    await expect(invitation).toBeVisible({ timeout: 100 })
  }).toPass()
  await expect(widget.part('announcer'), 'there is one live region, which says it').toContainText(INVITATION.text)
  await expect(widget.host.locator('[role=status], [aria-live]')).toHaveCount(1)
  await invitation.hover()
  await page.clock.runFor(60_000)
  await expect(invitation).toBeVisible()
  await page.mouse.move(0, 0)
  await invitation.getByRole('button', { name: 'Dismiss' }).focus()
  await page.clock.runFor(60_000)
  await expect(invitation, 'a keyboard is a reader too').toBeVisible()
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await page.clock.runFor(5000)
  await expect(invitation).toHaveCount(0)
  await page.clock.runFor(60_000)
  await expect(invitation).toHaveCount(0)
})

test('whoever presses an invitation is in the chat', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await hear(page)
  await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
  await widget.part('invitation').getByRole('button', { name: INVITATION.text }).click()
  await widget.expectConnection('live')
  await expect(widget.panel).toBeVisible()
  await expect(widget.part('invitation')).toHaveCount(0)
  expect((await page.evaluate(() => window.heard)).sort()).toEqual(['accepted', 'open by visitor', 'shown'])
})

for (const dir of ['ltr', 'rtl'] as const) {
  for (const position of ['bottom-right', 'bottom-left'] as const) {
    test(`an invitation ${position} is seen in full where the page goes ${dir}, whatever way its words go`, async ({ page, widget, server }) => {
      for (const text of ['Questions about shipping? We answer them all, day and night.', 'هل لديك أسئلة عن الشحن؟ نجيب عنها كلها ليلًا ونهارًا.']) {
        await goToModulePage(page, server)
        await mount(page, { apiUrl: server.origin, dir, position, invitation: { ...INVITATION, text, delayMs: 1, hideAfterMs: 600_000 } })
        await expect(widget.part('invitation')).toHaveCSS('position', 'absolute')
        await expect(widget.part('invitation')).toBeInViewport({ ratio: 1 })
        for (const button of await widget.part('invitation').getByRole('button').all()) await expect(button).toBeInViewport({ ratio: 1 })
      }
    })
  }
}

test('Escape sends an invitation away, and is not the page\'s; the focus is at the launcher then', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await hear(page)
  await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
  const invitation = widget.part('invitation')
  await invitation.getByRole('button', { name: INVITATION.text }).focus()
  await page.keyboard.press('Escape')
  await expect(invitation).toHaveCount(0)
  await expect(widget.launcher).toBeFocused()
  await expect(widget.panel).toBeHidden()
  await expect(widget.part('announcer')).not.toContainText(INVITATION.text)
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['shown', 'dismissed'])
})

test.describe('on a phone', () => {
  test.use(PHONE)

  test('the button that leads back closes what an invitation led into', async ({ page, widget, server }) => {
    await goToLongPage(page, server, '', `<script type="module">import { mount } from '/dist/index.js'; window.mount = mount</script>`)
    await page.waitForFunction(() => typeof window.mount === 'function')
    await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
    await expect(widget.part('invitation')).toBeInViewport({ ratio: 1 })
    await widget.part('invitation').getByRole('button', { name: INVITATION.text }).tap()
    await expect(widget.panel).toBeVisible()
    await expectLocked(page)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await page.goBack()
    await expectClosed(widget)
  })
})

test('an invitation that was sent away does not come again, on later pages neither once something may be kept', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin })
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
  await widget.part('invitation').getByRole('button', { name: 'Dismiss' }).click()
  await expect(widget.part('invitation')).toHaveCount(0)
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, invitation: { ...INVITATION, delayMs: 1 } })
  await widget.open()
  await page.evaluate(() => window.handle?.close())
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(':invitation')))).toHaveLength(1)
  await expect(widget.part('invitation')).toHaveCount(0)
})

test('while nobody looks the title says how many answers came, and leaves the rest of it to the page', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await goToModulePage(page, server)
  await page.evaluate(() => (document.title = 'Shop'))
  await mount(page, { apiUrl: server.origin, open: true })
  await widget.expectConnection('live')
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })
  })
  await teller.answer('One.')
  await expect(page).toHaveTitle('(1) Shop')
  await page.evaluate(() => {
    document.title = '(1) Basket'
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await expect(page).toHaveTitle('Basket')
})

test('a notification is asked for by a press alone, and says nothing of what was said', async ({ page, context, widget, server }) => {
  await context.grantPermissions(['notifications'])
  const teller = await Teller.on(page)
  await page.addInitScript(() => {
    const told: string[] = ((window as unknown as { told: string[] }).told = [])
    window.Notification = class extends EventTarget {
      static permission = 'default'
      static requestPermission(): Promise<string> {
        told.push('asked')
        this.permission = 'granted'
        return Promise.resolve('granted')
      }
      constructor(title: string, { body }: NotificationOptions) {
        super()
        told.push(`${title}: ${body}`)
      }
    } as unknown as typeof Notification
  })
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, open: true, features: { notifications: true } })
  await widget.expectConnection('live')
  await widget.part('menu').click()
  const choice = widget.panel.getByRole('menuitemcheckbox', { name: 'Notifications' })
  await expect(choice).toHaveAttribute('aria-checked', 'false')
  const told = (): Promise<string[]> => page.evaluate(() => (window as unknown as { told: string[] }).told)
  expect(await told()).toEqual([])
  await choice.click()
  await expect.poll(told).toEqual(['asked'])
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }))
  await teller.answer('A secret.')
  await expect.poll(told).toEqual(['asked', 'MIP AI Assistant: New answer'])
})

test('an answer is heard while the panel is closed, unless the visitor turned that off, and leaves nothing that sounds', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await page.addInitScript(installAudio, true)
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, open: true, connect: 'load', features: { sound: true } })
  await widget.expectConnection('live')
  const turn = async (isOn: boolean): Promise<void> => {
    await widget.part('menu').click()
    await widget.panel.getByRole('menuitemcheckbox', { name: 'Sound' }).click()
    await expect(widget.host).toHaveAttribute('data-sound', isOn ? 'on' : 'off')
    await page.evaluate(() => window.handle?.close())
    await expect(widget.panel).toBeHidden()
  }
  await turn(false)
  await teller.answer('One.')
  await expect(widget.part('badge')).toHaveText('1')
  await widget.launcher.click()
  await expect(widget.panel).toBeVisible()
  await turn(true)
  await teller.answer('Two.')
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['resumed', 'tone', 'tone', 'closed'])
})

test('a sound that the browser keeps asleep is given up', async ({ page, widget, server }) => {
  const teller = await Teller.on(page)
  await page.addInitScript(installAudio, false)
  await goToModulePage(page, server)
  await mount(page, { apiUrl: server.origin, open: true, connect: 'load', features: { sound: true } })
  await widget.expectConnection('live')
  await page.evaluate(() => window.handle?.close())
  await expect(widget.panel).toBeHidden()
  await teller.answer('One.')
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['resumed', 'closed'])
})

/** In the page before any of its scripts: sound that is written down, in a browser that lets it be heard or waits for a gesture. */
function installAudio(isAllowed: boolean): void {
  window.heard = []
  class Sound {
    readonly gain = { setTargetAtTime: () => undefined }
    onended?: () => void
    connect(next: unknown): unknown {
      return next
    }
    start(): void {
      window.heard.push('tone')
    }
    stop(): void {
      setTimeout(() => this.onended?.())
    }
  }
  class Audio {
    state = 'suspended'
    readonly currentTime = 0
    readonly destination = {}
    resume(): Promise<void> {
      window.heard.push('resumed')
      if (!isAllowed) return new Promise(() => undefined)
      this.state = 'running'
      return Promise.resolve()
    }
    close(): Promise<void> {
      window.heard.push('closed')
      return Promise.resolve()
    }
  }
  Object.assign(window, { AudioContext: Audio, OscillatorNode: Sound, GainNode: Sound })
}
