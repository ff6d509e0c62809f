import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { refusal, serve } from '../test/page.tsx';
import { useSession, useSignIn } from './session.ts';

test('an answer of before, that nobody is in, does not overtake who signs in', async () => {
	let answer = (_: Response) => {};
	serve({
		'POST /v1/sessions': { data: { key_id: 'k', role: 'viewer' } },
		'GET /v1/sessions/self': () => new Promise((resolve) => (answer = resolve)),
	});
	const cache = new QueryClient();
	const { result } = renderHook(() => ({ session: useSession(), signIn: useSignIn() }), {
		wrapper: ({ children }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>,
	});
	const nothing = answer;
	await waitFor(() => expect(answer).not.toBe(nothing));
	await result.current.signIn.mutateAsync('abc');
	answer(refusal(401, '', 'No session.'));
	await waitFor(() => expect(cache.isFetching()).toBe(0));
	expect(cache.getQueryData(['session'])).toMatchObject({ key_id: 'k' });
});
