/** @type {import('tailwindcss').Config} */
module.exports = {
  content: ['./src/**/*.{js,jsx}', './public/index.html'],
  theme: {
    // The site's own scales, which are not Tailwind's.
    borderRadius: { none: '0', DEFAULT: '0', sm: '0', md: '0', lg: '2px', full: '9999px' },
    boxShadow: { none: 'none', DEFAULT: '0 0 24px rgb(255 255 255 / 0.4)' },
    opacity: { 0: '0', 50: '0.35', 100: '1' },
    extend: {},
  },
  plugins: [],
}
