import { render, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { App } from './App.tsx';
import { refusal, type Says, serve } from './test/page.tsx';
import { startTexts } from './text/index.ts';
import en from './text/en.json';

class Stream extends EventTarget {
	close() {}
}
beforeEach(() => void vi.stubGlobal('EventSource', Stream));

const session = { data: { key_id: 'k', key_name: 'Shop', role: 'viewer', timezone: 'UTC' } };
const nobody = () => refusal(401, '', 'No session.');

async function follow(says: Says) {
	const asked = serve(says);
	history.replaceState(null, '', '#/sign-in?key=abc');
	await startTexts('en');
	render(<App nonce="" />);
	return asked;
}

test('a sign-in link enters with one call, and its key leaves the address at once', async () => {
	const asked = await follow({ 'POST /v1/sessions': session });
	await screen.findByRole('heading', { level: 1, name: en.home.title });
	expect(asked[0]).toMatchObject({ call: 'POST /v1/sessions', body: { data: { key: 'abc' } } });
	expect(asked.some(({ call }) => call === 'GET /v1/sessions/self')).toBe(false);
	expect(location.hash).toBe('#/');
});

test('a link that is refused leads to the form, which says so', async () => {
	await follow({ 'POST /v1/sessions': nobody, 'GET /v1/sessions/self': nobody });
	await screen.findByLabelText(en.signin.key, { exact: false, selector: 'input' });
	await screen.findByText(en.signin.wrong);
});
