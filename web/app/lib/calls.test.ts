import { expect, test } from 'vitest';
import { asCurl } from './calls.ts';

test('a call becomes a command that a shell reads as it was meant', () => {
	const call = { method: 'POST', path: '/v1/audiences', body: `{"data":{"name":"it's $HOME"}}`, type: 'application/json' };
	expect(asCurl(call, 'http://h:1')).toBe(
		`curl -X POST 'http://h:1/v1/audiences' -H "X-Dexatel-Key: $CRIER_KEY" -H 'Content-Type: application/json' -d '{"data":{"name":"it'\\''s $HOME"}}'`,
	);
});

test('brackets of a filter are not for curl to expand', () => {
	expect(asCurl({ method: 'GET', path: '/v1/campaigns?filter[search]=a' }, 'http://h:1')).toContain('--globoff');
});

test('a file stands for a body that is none of text', () => {
	expect(asCurl({ method: 'POST', path: '/v1/audiences/x/import', type: 'text/csv' }, 'http://h:1')).toMatch(/--data-binary @FILE$/);
});

test('an export is asked for as what it is', () => {
	expect(asCurl({ method: 'GET', path: '/v1/campaigns/x/recipients', accept: 'text/csv' }, 'http://h:1')).toMatch(/-H 'Accept: text\/csv'$/);
});
