import { expect, test } from 'vitest';
import { numbersIn } from './TestSend.tsx';

test('numbers are told apart by lines, commas and semicolons, not by blanks', () => {
	expect(numbersIn(' +44 7400 123457\n491511234567, ;+1 202 555 0100\n')).toEqual(['+44 7400 123457', '491511234567', '+1 202 555 0100']);
	expect(numbersIn(' \n')).toEqual([]);
});
