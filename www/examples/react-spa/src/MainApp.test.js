import { get, reset } from '@miptech/chat/testing'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { mount, version } from '@miptech/chat'
import '@miptech/chat/element'
import './i18n'
import { MainApp } from './MainApp'

afterEach(() => reset())

test('the package can be imported, and mounts nothing real', () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
  expect(mount({ id: 'bare' })).toBe(get('bare'))
})

test('the chat is mounted once, with what the site tells it', () => {
  render(<MainApp />)
  expect(get().options).toMatchObject({ tenantId: 'miptech-company', limits: { messageChars: 4000 }, locale: 'en' })
})

test('the button in the navigation opens the chat', () => {
  render(<MainApp />)
  fireEvent.click(screen.getByText('Ask us'))
  expect(get().isOpen()).toBe(true)
  expect(get().calls.filter(({ method }) => method === 'open')).toHaveLength(1)
})

test('the site hears of the chat being opened', () => {
  const heard = jest.fn()
  window.addEventListener('site:chat', heard)
  render(<MainApp />)
  act(() => get().emit('open', { by: 'visitor' }))
  expect(heard).toHaveBeenCalledTimes(1)
  window.removeEventListener('site:chat', heard)
})

test('unmounted, the chat is gone', async () => {
  const { unmount } = render(<MainApp />)
  unmount()
  await act(async () => new Promise((resolve) => setTimeout(resolve)))
  expect(get()).toBeUndefined()
})
