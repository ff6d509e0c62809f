import { beforeEach, expect, test } from 'vitest';
import { attemptKey, forgetAttempt } from '../../lib/attempt.ts';
import { type Draft, emptyDraft, reachable, requestOf, stepOfField, timeFaults } from './draft.ts';

const draft = (change: Partial<Draft> = {}): Draft => ({ ...emptyDraft(), zone: 'Europe/Berlin', from: 'Shop', template: 't', audience: 'a', ...change });
beforeEach(() => sessionStorage.clear());

test('the request says what was chosen, and no more', () => {
	expect(requestOf(draft())).toEqual({ channel: 'whatsapp', from: 'Shop', template: 't', audience: 'a' });
	expect(requestOf(draft({ name: ' May ', isLater: true, at: '2027-05-01T09:00', brake: 0, canary: 100, canary_wait: 5, on_capped: 'fail' }))).toEqual({
		channel: 'whatsapp', from: 'Shop', template: 't', audience: 'a', name: 'May', schedule: '2027-05-01 09:00:00', timezone: 'Europe/Berlin', brake: 0, canary: 100, canary_wait: 5, on_capped: 'fail',
	});
	expect(requestOf(draft({ at: '2027-05-01T09:00', canary_wait: 5 }))).toEqual(requestOf(draft()));
	expect(requestOf(draft({ deadline: '2027-05-02T09:00' }))).toMatchObject({ deadline: '2027-05-02 09:00:00', timezone: 'Europe/Berlin' });
});

test('times that cannot be are told before the server is asked', () => {
	const now = new Date('2027-03-01T00:00:00Z');
	const later = (at: string, deadline = '') => timeFaults(draft({ isLater: true, at, deadline }), now);
	expect(later('').at).toBe('needed');
	expect(later('2027-03-28T02:30').at).toBe('no_such_time');
	expect(later('2027-02-28T23:00').at).toBe('past');
	expect(later('2027-03-02T09:00', '2027-03-02T09:00').deadline).toBe('before_start');
	expect(later('2027-03-02T09:00', '2027-03-02T10:00')).toEqual({ at: undefined, deadline: undefined });
});

test('no step is reached before those before it are done', () => {
	expect(reachable('check', emptyDraft())).toBe('sender');
	expect(reachable('check', draft({ audience: '' }))).toBe('audience');
	expect(reachable('check', draft({ isLater: true, at: '' }))).toBe('time');
	expect(reachable('check', draft())).toBe('check');
	expect(reachable('template', draft())).toBe('template');
	expect(stepOfField('rate')).toBe('time');
});

test('one request has one key, however often it is sent', () => {
	const key = attemptKey(requestOf(draft()));
	expect(attemptKey(requestOf(draft()))).toBe(key);
	expect(attemptKey(requestOf(draft({ name: 'other' })))).not.toBe(key);
	const again = attemptKey(requestOf(draft()));
	forgetAttempt();
	expect(attemptKey(requestOf(draft()))).not.toBe(again);
});
