import { defineConfig } from 'vitest/config';

export default defineConfig({
	cacheDir: new URL('../../node_modules/.vite-browser', import.meta.url).pathname,
	test: {
		root: new URL('.', import.meta.url).pathname,
		include: ['*.test.ts'],
		setupFiles: [new URL('../e2e/living.ts', import.meta.url).pathname],
		pool: 'forks',
		poolOptions: { forks: { maxForks: 1 } }, // a browser fills what cores there are
		testTimeout: 300_000,
		hookTimeout: 60_000,
		reporters: ['tap-flat'],
	},
});
