/** Whatever accent a site sets, text on it, and it as text, can be read (WCAG 2.2: 4.5 for text, 3 for what is no text). */
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

    test('words on the accent and words in it keep their contrast, whatever it is', async ({ page, widget, server }) => {
      await goToPage(page, server, tag(server.origin))
      await widget.openLive()
      await expect(widget.part('menu')).toBeVisible()
      const poor = await widget.host.evaluate((host, accents) => {
        const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true })!
        const probe = (host as HTMLElement).shadowRoot!.querySelector('.send') as HTMLElement
        const luminance = (color: string): number => {
          probe.style.color = color
          pen.fillStyle = getComputedStyle(probe).color
          pen.fillRect(0, 0, 1, 1)
          const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((part) => {
            const share = part / 255
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
          }) as [number, number, number]
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue
        }
        const contrast = (one: string, other: string): number => {
          const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((one, other) => one - other)
          return (high + 0.05) / (low + 0.05)
        }
        probe.style.transition = 'none'
        return accents.flatMap((accent) => {
          ;(host as HTMLElement).style.setProperty('--miptech-chat-accent', accent)
          return [
            ['var(--_on-accent)', 'var(--_accent)'],
            ['var(--_on-accent)', 'var(--_accent-hover)'],
            ['var(--_link)', 'var(--_surface)'],
            ['var(--_link)', 'var(--_accent-tint)'],
            ['var(--_text)', 'var(--_accent-tint)'],
          ]
            .map(([one, other]) => [`${accent}: ${one} on ${other}`, contrast(one!, other!)] as const)
            .filter(([, found]) => found < 4.5)
        })
      }, ACCENTS)
      expect(poor).toEqual([])
    })

    test('the colours of the scheme keep their contrast', async ({ page, widget, server }) => {
      await goToPage(page, server, tag(server.origin))
      await widget.openLive()
      const ratios = await widget.host.evaluate((host) => {
        const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true })!
        const probe = (host as HTMLElement).shadowRoot!.querySelector('.send') as HTMLElement
        probe.style.transition = 'none'
        const luminance = (name: string): number => {
          probe.style.color = `var(--_${name})`
          pen.fillStyle = getComputedStyle(probe).color
          pen.fillRect(0, 0, 1, 1)
          const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((part) => ((part / 255 + 0.055) / 1.055) ** 2.4) as [number, number, number]
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue
        }
        const contrast = (one: string, other: string): number => {
          const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((one, other) => one - other)
          return (high + 0.05) / (low + 0.05)
        }
        return {
          text: contrast('text', 'surface'),
          raised: contrast('text', 'surface-raised'),
          soft: contrast('text-soft', 'surface'),
          softRaised: contrast('text-soft', 'surface-raised'),
          danger: contrast('danger', 'surface'),
          dangerTint: contrast('danger', 'danger-tint'),
          warning: contrast('text', 'warning-tint'),
        }
      })
      for (const [name, ratio] of Object.entries(ratios)) expect(ratio, name).toBeGreaterThanOrEqual(4.5)
    })
  })
}
