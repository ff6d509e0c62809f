// A real browser before a real server. Whatever a page asks of another host, writes as an error, or its policy keeps from it,
// fails the test that looked.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where screenshots are kept: build output. */
export const PICTURES = process.env.CRIER_PICTURES ?? new URL('../../build-test/pictures', import.meta.url).pathname;

/** English words of the page, by which a test finds what a person sees. */
export const EN = JSON.parse(readFileSync(new URL('../../web/app/text/en.json', import.meta.url), 'utf8'));

/** A text of the catalogue with its values, as a person reads it. */
export const said = (text: string, values: Record<string, string>) => Object.entries(values).reduce((all, [key, value]) => all.replaceAll(`{{${key}}}`, value), text);

export const button = (within: Page | Locator, name: string | RegExp) => within.getByRole('button', { name, exact: typeof name === 'string' });

export interface Look {
	colors?: 'light' | 'dark';
	language?: 'en' | 'ar';
	width?: number;
	height?: number;
	zone?: string;
}

export class Visit {
	private constructor(
		readonly context: BrowserContext,
		readonly page: Page,
		private address: string,
		private said: string[],
		private asked: string[],
	) {}

	static async open(browser: Browser, address: string, { colors = 'light', language = 'en', width = 1280, height = 900, zone = 'Europe/London' }: Look = {}): Promise<Visit> {
		const context = await browser.newContext({
			viewport: { width, height },
			colorScheme: colors,
			locale: language === 'ar' ? 'ar-EG' : 'en-GB',
			timezoneId: zone,
			reducedMotion: 'reduce', // what moves cannot be compared
			bypassCSP: false,
		});
		const page = await context.newPage();
		const said: string[] = [];
		const asked: string[] = [];
		page.on('request', (request) => asked.push(request.url()));
		page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
		page.on('pageerror', (error) => said.push(String(error)));
		return new Visit(context, page, address, said, asked);
	}

	/** `#/campaigns` and the like. */
	async go(place: string): Promise<void> {
		await this.page.goto(`http://${this.address}/${place}`);
		await this.settled();
	}

	/** Shown whole: nothing is loading any more. */
	async settled(): Promise<void> {
		await this.page.locator('h1').first().waitFor();
		await expect.poll(() => this.page.locator('[data-loading-page]').count(), { timeout: 20_000 }).toBe(0);
	}

	/** As a person does, whatever the language. */
	async signIn(key: string): Promise<void> {
		await this.page.locator('input[autocomplete=current-password]').fill(key);
		await this.page.locator('form button[type=submit]').click();
		await this.page.locator('#main h1').waitFor();
		await this.settled();
	}

	async picture(name: string, fullPage = true): Promise<void> {
		mkdirSync(PICTURES, { recursive: true });
		await this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
	}

	/** What axe finds against WCAG 2.2 AA, as sentences. */
	async barriers(): Promise<string[]> {
		// The page's policy lets no script in: the checker is put in by the browser itself.
		await this.page.evaluate(AXE);
		return this.page.evaluate(async () => {
			const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] }> } };
			const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
			const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
			return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.failureSummary?.replace(/\s+/g, ' ')}`));
		});
	}

	/** Is there anything that goes beyond the window's width? */
	overflows(): Promise<boolean> {
		return this.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
	}

	/** At the end: it was quiet, and asked this server only. `expected`: answers that the test provoked. */
	async close(expected: RegExp[] = []): Promise<void> {
		await this.context.close();
		expect(this.said.filter((line) => !expected.some((pattern) => pattern.test(line)))).toEqual([]);
		for (const url of this.asked) expect(url).toMatch(new RegExp(`^(http://${this.address}/|data:)`));
	}
}

/** The browser of a test file. */
export function browser(): { open: (address: string, look?: Look) => Promise<Visit> } {
	let running: Browser;
	beforeAll(async () => {
		expect(existsSync(CHROMIUM), `${CHROMIUM}: tools/deps.sh test installs it`).toBe(true);
		running = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
	});
	afterAll(() => running?.close());
	return { open: (address, look) => Visit.open(running, address, look) };
}
