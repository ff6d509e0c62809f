import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { beforeAll, expect, test } from 'vitest';
import type { Campaign } from '../lib/live.tsx';
import { startTexts } from '../text/index.ts';
import { MessagesBar, parts } from './Bar.tsx';

const messages = (counts: Partial<Campaign['messages']>) =>
	({ total: 0, queued: 0, sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0, unconfirmed: 0, ...counts }) as Campaign['messages'];
const show = (counts: Partial<Campaign['messages']>) => render(<MantineProvider><MessagesBar messages={messages(counts)} /></MantineProvider>);

beforeAll(async () => void (await startTexts('en')));

test('a message is in one part only: those read are not among the delivered', () => {
	const counted = parts(messages({ total: 1000, queued: 100, sent: 200, delivered: 600, read: 250, failed: 100 }));
	expect(Object.fromEntries(counted.map(({ state, count }) => [state, count]))).toEqual({ read: 250, delivered: 350, sent: 200, failed: 100, queued: 100 });
	expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
});

test('the bar is as wide as its parts, and says them', () => {
	const { container } = show({ total: 2000, queued: 1000, sent: 500, delivered: 500, read: 100 });
	const widths = [...container.querySelectorAll<HTMLElement>('[data-state]')].map(({ dataset, style }) => [dataset.state, style.inlineSize]);
	expect(widths).toEqual([['read', '5%'], ['delivered', '20%'], ['sent', '25%'], ['failed', '0%'], ['queued', '50%']]);
	expect(screen.getByRole('img').getAttribute('aria-label')).toBe('Read 100, Delivered 400, Sent 500, Queued 1,000');
});

test('without messages it says so', () => {
	const { container } = show({});
	expect(container.querySelector('[data-state]')).toBeNull();
	expect(screen.getByRole('img').getAttribute('aria-label')).toBe('No messages yet');
});
