import uni from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [uni()],
  resolve: { alias: { '@api': new URL('../api', import.meta.url).pathname } },
})
