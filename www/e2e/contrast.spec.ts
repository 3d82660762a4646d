/** Whatever accent a site sets, text on it, and it as text, can be read (WCAG 2.2: 4.5 to 1). */
import type { Widget } from './widget'
import { expect, test } from './fixtures'
import { goToPage, tag } from './pages'

/** All around the colour circle, from near black to near white, and the greys. */
const ACCENTS = [
  ...[0, 40, 80, 120, 160, 200, 240, 280, 320].flatMap((hue) => [12, 32, 50, 68, 90].map((lightness) => `hsl(${hue} 90% ${lightness}%)`)),
  ...['#000', '#333', '#767676', '#777', '#bbb', '#fff', '#2563eb', '#dc2626', '#ff5a36'],
]

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme })

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
        ['text', 'warning-tint'],
        ['on-accent', 'accent'],
        ['link', 'surface'],
      ] as const
      expect(await poor(widget, pairs)).toEqual([])
    })
  })
}

/** The pairs of colours with less contrast than text needs, by the accent they were found with. */
function poor(widget: Widget, pairs: readonly (readonly [string, string])[], accents: readonly string[] = ['']): Promise<string[]> {
  return widget.host.evaluate(
    (host, [pairs, accents]) => {
      const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true })!
      const probe = host.shadowRoot!.querySelector<HTMLElement>('.send')!
      probe.style.transition = 'none'
      const luminance = (name: string): number => {
        probe.style.color = `var(--_${name})`
        pen.fillStyle = getComputedStyle(probe).color
        pen.fillRect(0, 0, 1, 1)
        const [red = 0, green = 0, blue = 0] = [...pen.getImageData(0, 0, 1, 1).data].map((part) => {
          const share = part / 255
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
      }
      const contrast = (pair: readonly [string, string]): number => {
        const [low = 0, high = 0] = pair.map(luminance).sort((one, other) => one - other)
        return (high + 0.05) / (low + 0.05)
      }
      return accents.flatMap((accent) => {
        if (accent) (host as HTMLElement).style.setProperty('--miptech-chat-accent', accent)
        const found = pairs.map((pair) => [pair, contrast(pair)] as const)
        return found.filter(([, ratio]) => ratio < 4.5).map(([[one, other], ratio]) => `${accent} ${one} on ${other}: ${ratio}`)
      })
    },
    [pairs, accents] as const,
  )
}
