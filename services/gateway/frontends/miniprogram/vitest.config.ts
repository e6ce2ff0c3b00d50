import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => /^(view|text|wd-|button)/.test(tag) } } })],
  resolve: {
    alias: { '@api': new URL('../api', import.meta.url).pathname, '@': new URL('./src', import.meta.url).pathname },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
})
