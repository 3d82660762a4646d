/**
 * Whatever accent a site sets, text on it, and it as text, can be read (WCAG 2.2: 4.5 to 1), and what tells where a
 * control is and which one has the focus is seen (3 to 1).
 */
import { KINDS } from '../src/highlight/tokens'
import { expect, test } from './fixtures'
import { goToPage, tag } from './pages'
import { TENANT } from './server'
import { Stage } from './states_of_the_widget'
import { Teller } from './teller'
import type { Widget } from './widget'

/** All around the colour circle, from near black to near white, and the greys. */
const ACCENTS = [
  ...[0, 40, 80, 120, 160, 200, 240, 280, 320].flatMap((hue) => [12, 32, 50, 68, 90].map((lightness) => `hsl(${hue} 90% ${lightness}%)`)),
  ...['#000', '#333', '#767676', '#777', '#bbb', '#fff', '#2563eb', '#dc2626', '#ff5a36'],
]

/** What text needs, and what is no text. */
const [TEXT, SHAPE] = [4.5, 3]

/** A token of the scheme, or what an element is drawn with. */
type Colour = string | { of: string; as: string; pseudo?: string }

const BADGE = [
  { of: '.badge', as: 'color' },
  { of: '.badge', as: 'background-color' },
] as const

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme })

    test.describe('on a page', () => {
      test.beforeEach(async ({ page, widget, server }) => {
        await goToPage(page, server, tag(server.origin))
        await widget.openLive()
        await expect(widget.part('menu')).toBeVisible()
      })

      test('words on the accent and words in it keep their contrast, whatever it is', async ({ widget }) => {
        const pairs = [
          ['on-accent', 'accent'],
          ['on-accent', 'accent-hover'],
          ['link', 'surface'],
          ['link', 'accent-tint'],
          ['text', 'accent-tint'],
        ] as const
        expect(await poor(widget, pairs, ACCENTS)).toEqual([])
      })

      test('the colours of the scheme keep their contrast', async ({ widget }) => {
        const pairs = [
          ['text', 'surface'],
          ['text', 'surface-raised'],
          ['text-soft', 'surface'],
          ['text-soft', 'surface-raised'],
          ['danger', 'surface'],
          ['danger', 'danger-tint'],
          ['on-danger', 'danger'],
          ['text', 'warning-tint'],
          ['on-accent', 'accent'],
          ['link', 'surface'],
        ] as const
        expect(await poor(widget, pairs)).toEqual([])
      })

      test('the text field and the ring around what has the focus are seen, whatever the accent', async ({ page, widget }) => {
        const field = { of: '.input', as: 'border-top-color' }
        await expect(widget.input).toBeFocused()
        expect(await poor(widget, [[field, 'surface']], ACCENTS, SHAPE), 'the field with the focus').toEqual([])
        await page.keyboard.press('Shift+Tab')
        await expect(widget.part('transcript')).toBeFocused()
        await expect(widget.part('transcript')).toHaveCSS('outline-style', 'solid')
        const ring = { of: '.transcript', as: 'outline-color' }
        const pairs = [
          [ring, 'surface'],
          [field, 'surface'],
        ] as const
        expect(await poor(widget, pairs, ACCENTS, SHAPE)).toEqual([])
      })
    })

    test.describe('where a sign-in is demanded', () => {
      test.use({ serverFlags: ['--require-auth'] })

      test('the fields of the form are seen, with the focus and without, whatever the accent', async ({ page, widget, server }) => {
        await new Stage(page, widget, server, 'ltr').refusedAtTheDoor()
        await widget.form.getByLabel('Email', { exact: true }).focus()
        const pairs = [
          [{ of: '[name=email]', as: 'border-top-color' }, 'surface'],
          [{ of: '[name=password]', as: 'border-top-color' }, 'surface'],
        ] as const
        expect(await poor(widget, pairs, ACCENTS, SHAPE)).toEqual([])
      })
    })

    test('coloured code can be read', async ({ page, widget, server }) => {
      const teller = await Teller.on(page)
      await page.goto(await server.barePage())
      await widget.mount({ apiUrl: server.origin, tenantId: TENANT, features: { highlight: true } })
      await widget.openLive()
      await teller.answer('```js\nlet a = 1\n```')
      await page.waitForFunction(() => CSS.highlights.has('miptech-chat-keyword'))
      const ground = { of: '.code', as: 'background-color' }
      const kinds = KINDS.map((kind) => [{ of: 'pre code', as: 'color', pseudo: `::highlight(miptech-chat-${kind})` }, ground] as const)
      expect(await poor(widget, kinds)).toEqual([])
      // Each has a colour of its own, so what was measured is what is drawn.
      const drawn = await widget.lastAnswer().locator('pre code').evaluate((code, kinds) => kinds.map((kind) => getComputedStyle(code, `::highlight(miptech-chat-${kind})`).color), KINDS)
      expect(new Set(drawn).size).toBe(KINDS.length)
    })

    test('the number of unread messages can be read', async ({ page, widget, server }) => {
      await new Stage(page, widget, server, 'ltr').unread()
      expect(await poor(widget, [BADGE])).toEqual([])
    })
  })
}

test('the number of unread messages can be read on glass', async ({ page, widget, server }) => {
  await new Stage(page, widget, server, 'ltr').unread({ theme: 'glass' })
  expect(await poor(widget, [BADGE])).toEqual([])
})

/** The pairs of colours with less contrast than `least`, by the accent they were found with. */
function poor(widget: Widget, pairs: readonly (readonly [Colour, Colour])[], accents: readonly string[] = [''], least = TEXT): Promise<string[]> {
  return widget.host.evaluate(
    (host, [pairs, accents, least]) => {
      const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true })!
      const found = (selector: string): HTMLElement => {
        const element = host.shadowRoot!.querySelector<HTMLElement>(selector)
        if (!element) throw new Error(`nothing is ${selector}`)
        element.style.transition = 'none'
        return element
      }
      const probe = found('.send')
      const drawn = (colour: Colour): string => {
        if (typeof colour === 'object') return getComputedStyle(found(colour.of), colour.pseudo).getPropertyValue(colour.as)
        probe.style.color = `var(--_${colour})`
        return getComputedStyle(probe).color
      }
      const luminance = (colour: Colour): number => {
        pen.fillStyle = drawn(colour)
        pen.fillRect(0, 0, 1, 1)
        const [red = 0, green = 0, blue = 0] = [...pen.getImageData(0, 0, 1, 1).data].map((part) => {
          const share = part / 255
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
      }
      const contrast = (pair: readonly [Colour, Colour]): number => {
        const [low = 0, high = 0] = pair.map(luminance).sort((one, other) => one - other)
        return (high + 0.05) / (low + 0.05)
      }
      const name = (colour: Colour): string => (typeof colour === 'object' ? `${colour.as} of ${colour.of}` : colour)
      return accents.flatMap((accent) => {
        if (accent) (host as HTMLElement).style.setProperty('--miptech-chat-accent', accent)
        const ratios = pairs.map((pair) => [pair, contrast(pair)] as const)
        return ratios.filter(([, ratio]) => ratio < least).map(([[one, other], ratio]) => `${accent} ${name(one)} on ${name(other)}: ${ratio}`)
      })
    },
    [pairs, accents, least] as const,
  )
}
