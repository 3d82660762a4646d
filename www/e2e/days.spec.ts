/** When things were said, and who said them. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { goToModulePage } from './pages'
import type { ReferenceServer } from './server'
import type { Widget } from './widget'

test.use({ timezoneId: 'Europe/Rome' })

const SAID = [
  ['user', '2026-03-01T09:00:00Z', 'long ago'],
  ['assistant', '2026-03-01T09:01:00Z', 'yes'],
  // In Rome this is the next day already.
  ['user', '2026-11-26T23:30:00Z', 'at night'],
  ['assistant', '2026-11-27T08:00:00Z', 'in the morning'],
  ['agent', '2026-11-28T08:00:00Z', 'a person'],
  ['assistant', '2026-11-28T09:00:00Z', 'no person'],
] as const

type Said = readonly (readonly [role: string, at: string, text: string])[]

async function enter(page: Page, server: ReferenceServer, widget: Widget, options: object = {}, said: Said = SAID): Promise<void> {
  await page.clock.setSystemTime(new Date('2026-11-28T12:00:00Z'))
  await page.route('**/messages?after=*', (route) => {
    const items = said.map(([role, created_at, content], index) => ({
      id: `00000000-0000-4000-8000-00000000000${index}`,
      role: role === 'agent' ? 'assistant' : role,
      author_kind: role === 'agent' ? 'human' : role === 'user' ? 'human' : 'ai',
      content,
      created_at,
      sequence_number: index + 1,
    }))
    return route.fulfill({ json: { items, next: null } })
  })
  await goToModulePage(page, server)
  await page.evaluate((options) => (window.handle = window.mount({ open: true, ...options } as never)), { apiUrl: server.origin, ...options })
  await expect(widget.messages).toHaveCount(said.length)
}

test('a line says where a day of the visitor begins', async ({ page, widget, server }) => {
  await enter(page, server, widget)
  await expect(widget.panel.locator('.day')).toHaveText(['Sunday 1 March', 'Yesterday', 'Today'])
  const above = await widget.question('at night').evaluate((message) => message.previousElementSibling?.textContent)
  expect(above).toBe('Yesterday')
  await page.evaluate(() => window.handle?.setLocale('it'))
  await expect(widget.panel.locator('.day')).toHaveText(['domenica 1 marzo', 'Ieri', 'Oggi'])
})

test('a line says where a person takes over, and where not any more', async ({ page, widget, server }) => {
  await enter(page, server, widget)
  await expect(widget.panel.locator('.handover')).toHaveText(['A person answers from here on.', 'The assistant answers from here on.'])
  const person = widget.host.locator('[part=message][data-author=human]')
  await expect(person).toHaveAccessibleName('Support')
  const again = { name: 'Try again', exact: true }
  await expect(widget.lastAnswer().getByRole('button', again)).toHaveCount(1)
  await expect(person.getByRole('button', again), 'said to a person').toHaveCount(0)
})

test('the time of a message is there for pointer and focus, as the language writes it', async ({ page, widget, server }) => {
  await enter(page, server, widget)
  const message = widget.question('long ago')
  const time = message.locator('time')
  await expect(time).toHaveText('10:00')
  await expect(time).toHaveAttribute('datetime', '2026-03-01T09:00:00.000Z')
  await expect(time).toHaveCSS('opacity', '0')
  await message.hover()
  await expect(time).toHaveCSS('opacity', '1')
})

test.describe('where hours are twelve', () => {
  test.use({ locale: 'en-US' })

  for (const size of ['compact', 'medium', 'large'] as const) {
    for (const dir of ['ltr', 'rtl'] as const) {
      test(`a time of twelve hours stands beside a bubble as wide as one can be, ${size}, ${dir}`, async ({ page, widget, server }) => {
        await enter(page, server, widget, { size, dir }, [['user', '2026-11-26T22:58:00Z', 'a bubble that takes the whole of its line '.repeat(6)]])
        const message = widget.messages.first()
        await message.hover()
        await expect(message.locator('time')).toHaveText(/^11:58\sPM$/)
        const [time, bubble, line] = await Promise.all([message.locator('time'), message.locator('[part=bubble]'), message].map(async (part) => (await part.boundingBox())!))
        const isStart = dir === 'ltr'
        const between = isStart ? bubble!.x - (time!.x + time!.width) : time!.x - (bubble!.x + bubble!.width)
        expect(between).toBeGreaterThanOrEqual(4)
        // What is outside its line is cut off.
        expect(time!.x).toBeGreaterThanOrEqual(line!.x)
        expect(time!.x + time!.width).toBeLessThanOrEqual(line!.x + line!.width)
      })
    }
  }
})

test('a page without times has none', async ({ page, widget, server }) => {
  await enter(page, server, widget, { features: { timestamps: false } })
  await expect(widget.panel.locator('.handover')).toHaveCount(2)
  await expect(widget.panel.locator('.day, time')).toHaveCount(0)
})

test('arrow keys lead from message to message, and one of them is reached by Tab', async ({ page, widget, server }) => {
  await enter(page, server, widget)
  const reached = widget.panel.locator('[part=message][tabindex="0"]')
  await expect(reached).toHaveCount(1)
  await reached.focus()
  await expect(widget.messages.last()).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(widget.messages.nth(4)).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(widget.messages.nth(3)).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(widget.messages.nth(4)).toBeFocused()
  await expect(reached).toHaveCount(1)
  await widget.input.focus()
  await expect(widget.messages.nth(4), 'where one was before').toHaveAttribute('tabindex', '0')
})
