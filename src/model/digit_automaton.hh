#pragma once
// A finite automaton over decimal digits, made of the regular expressions that libphonenumber's metadata is written in: digits,
// \d, sets, groups, |, ?, {n}, {n,m}. It tells of a text of digits which expressions match all of it, in a table look-up a digit.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

class DigitAutomaton {
public:
	static constexpr std::size_t MAX_DIGITS = 17; // longer texts match nothing

	// Add an expression; `tag` tells it later. `prefix`: it also matches what goes on behind it. A `$` is taken for nothing,
	// so with one the automaton may say that something matches that does not, but not the other way round. False for a
	// construct that is not known here.
	bool add(const std::string &pattern, int tag, bool prefix = false);
	// Once, after the last add. `label` gives what is to be known of all texts of `n` digits that the same `tags` match.
	void build(const std::function<std::uint32_t(std::size_t n, const std::vector<int> &tags)> &label);

	// From start() digit by digit ('0' to '9'); DEAD when nothing can match any more.
	static constexpr std::int32_t DEAD = 0;
	std::int32_t start() const { return first; }
	std::int32_t next(std::int32_t state, char digit) const { return states[state].next[digit - '0']; }
	std::uint32_t label(std::int32_t state) const { return states[state].label; }
	std::size_t size() const { return states.size(); }

private:
	enum Kind { DIGIT, SPLIT, JUMP, MATCH };
	struct Instruction {
		Kind kind;
		int a, b; // DIGIT: a is the set, one bit a digit; SPLIT: both ways; JUMP: a; MATCH: the tag
	};
	struct State {
		std::int32_t next[10];
		std::uint32_t label;
	};

	bool emit_any(const char *at, const char *end);
	bool emit_sequence(const char *at, const char *end);
	bool emit_atom(const char *at, const char *end);
	void follow(int at, std::vector<int> &set);
	void emit(Kind kind, int a, int b);

	std::vector<Instruction> program;
	std::vector<int> starts;
	std::vector<unsigned> seen; // by instruction: the closure it was last part of
	unsigned turn = 0;
	std::vector<State> states;
	std::int32_t first = DEAD;
};
