import { defineConfig } from 'vitest/config';
import tests from '../tests/browser/vitest.config.ts';

export default defineConfig({ ...tests, test: { ...tests.test, root: new URL('.', import.meta.url).pathname, include: ['*.measure.ts'], reporters: ['default'], silent: false } });
