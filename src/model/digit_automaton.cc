// An expression is compiled to a small program (Thompson), a repetition by writing its atom out as often; the programs of all
// expressions together are made deterministic, the number of digits being a part of each state, as lengths are of each label.

#include "model/digit_automaton.hh"

#include <algorithm>
#include <cstring>
#include <map>

void DigitAutomaton::emit(Kind kind, int a, int b)
{
	program.push_back({kind, a, b});
}

namespace {

const int ALL_DIGITS = 0x3ff;

// Behind the group, set, escape or sign that begins at `at`; NULL when it does not end.
const char *behind_atom(const char *at, const char *end)
{
	if (*at == '[') {
		at = static_cast<const char *>(std::memchr(at, ']', static_cast<std::size_t>(end - at)));
		return at ? at + 1 : nullptr;
	}
	if (*at == '\\')
		return at + 2 <= end ? at + 2 : nullptr;
	if (*at != '(')
		return at + 1;
	int depth = 0;
	for (; at < end; at++) {
		depth += (*at == '(') - (*at == ')');
		if (depth == 0)
			return at + 1;
	}
	return nullptr;
}

// `?`, `{n}`, `{n,m}` or nothing at *at, which moves behind it. False when it is something else.
bool read_times(const char *&at, const char *end, int &least, int &most)
{
	least = most = 1;
	if (at == end || !std::strchr("?*+{", *at))
		return true;
	if (*at == '?') {
		least = 0;
		at++;
		return true;
	}
	int n = 0;
	if (std::sscanf(at, "{%d,%d}%n", &least, &most, &n) == 2 && n > 0 && least >= 0 && least <= most) {
		at += n;
		return true;
	}
	if (std::sscanf(at, "{%d}%n", &least, &n) == 1 && n > 0 && least >= 0) {
		most = least;
		at += n;
		return true;
	}
	return false;
}

// The digits of `[…]`, one bit each; -1 when there is anything else in it.
int read_set(const char *at, const char *end)
{
	int set = 0;
	for (at++; at < end - 1; at++) {
		char from = *at, to = *at;
		if (at + 2 < end - 1 && at[1] == '-') {
			to = at[2];
			at += 2;
		}
		if (from < '0' || to > '9' || from > to)
			return -1;
		for (char c = from; c <= to; c++)
			set |= 1 << (c - '0');
	}
	return set;
}

} // namespace

bool DigitAutomaton::emit_atom(const char *at, const char *end)
{
	if (*at == '(') {
		bool plain = end - at > 3 && at[1] == '?' && at[2] == ':';
		if (!plain && at[1] == '?')
			return false;
		return emit_any(at + (plain ? 3 : 1), end - 1);
	}
	int set = -1;
	if (*at == '[')
		set = read_set(at, end);
	else if (*at == '\\')
		set = at[1] == 'd' ? ALL_DIGITS : -1;
	else if (*at >= '0' && *at <= '9')
		set = 1 << (*at - '0');
	if (set < 0)
		return false;
	emit(DIGIT, set, 0);
	return true;
}

bool DigitAutomaton::emit_sequence(const char *at, const char *end)
{
	while (at < end) {
		if (*at == '$') {
			at++;
			continue;
		}
		const char *atom = at, *atom_end = behind_atom(at, end);
		int least, most;
		if (!atom_end || !read_times(at = atom_end, end, least, most))
			return false;
		std::vector<std::size_t> skips;
		for (int i = 0; i < most; i++) {
			if (i >= least) {
				skips.push_back(program.size());
				emit(SPLIT, static_cast<int>(program.size()) + 1, 0);
			}
			if (!emit_atom(atom, atom_end))
				return false;
		}
		for (std::size_t skip : skips)
			program[skip].b = static_cast<int>(program.size());
	}
	return true;
}

// Alternatives at the outermost level of at…end.
bool DigitAutomaton::emit_any(const char *at, const char *end)
{
	std::vector<std::size_t> jumps;
	for (;;) {
		const char *bar = at;
		while (bar && bar < end && *bar != '|')
			bar = behind_atom(bar, end);
		if (!bar)
			return false;
		bool last = bar == end;
		std::size_t split = program.size();
		if (!last)
			emit(SPLIT, static_cast<int>(split) + 1, 0);
		if (!emit_sequence(at, bar))
			return false;
		if (last)
			break;
		jumps.push_back(program.size());
		emit(JUMP, 0, 0);
		program[split].b = static_cast<int>(program.size());
		at = bar + 1;
	}
	for (std::size_t jump : jumps)
		program[jump].a = static_cast<int>(program.size());
	return true;
}

bool DigitAutomaton::add(const std::string &pattern, int tag, bool prefix)
{
	starts.push_back(static_cast<int>(program.size()));
	if (!emit_any(pattern.c_str(), pattern.c_str() + pattern.size()))
		return false;
	if (prefix) {
		int loop = static_cast<int>(program.size());
		emit(SPLIT, loop + 1, loop + 3);
		emit(DIGIT, ALL_DIGITS, 0);
		emit(JUMP, loop, 0);
	}
	emit(MATCH, tag, 0);
	return true;
}

// Everything that is reached from `at` without a digit.
void DigitAutomaton::follow(int at, std::vector<int> &set)
{
	std::size_t i = static_cast<std::size_t>(at);
	if (seen[i] == turn)
		return;
	seen[i] = turn;
	const Instruction &in = program[i];
	if (in.kind == DIGIT || in.kind == MATCH)
		set.push_back(at);
	else
		follow(in.a, set);
	if (in.kind == SPLIT)
		follow(in.b, set);
}

void DigitAutomaton::build(const std::function<std::uint32_t(std::size_t n, const std::vector<int> &tags)> &label)
{
	// A set of instructions, and behind them the number of digits.
	std::map<std::vector<int>, std::int32_t> known;
	std::vector<const std::vector<int> *> sets;
	seen.assign(program.size(), 0);
	states.assign(1, State{{}, label(0, {})});
	sets.push_back(nullptr);
	auto state_of = [&](std::vector<int> &set, std::size_t n) -> std::int32_t {
		if (set.empty() || n > MAX_DIGITS)
			return DEAD;
		std::sort(set.begin(), set.end());
		std::vector<int> tags;
		for (int at : set)
			if (program[static_cast<std::size_t>(at)].kind == MATCH)
				tags.push_back(program[static_cast<std::size_t>(at)].a);
		set.push_back(static_cast<int>(n));
		auto [place, fresh] = known.try_emplace(set, static_cast<std::int32_t>(states.size()));
		if (fresh) {
			states.push_back(State{{}, label(n, tags)});
			sets.push_back(&place->first);
		}
		return place->second;
	};
	std::vector<int> set;
	turn++;
	for (int at : starts)
		follow(at, set);
	first = state_of(set, 0);
	for (std::size_t s = 1; s < states.size(); s++) {
		const std::vector<int> &from = *sets[s];
		std::size_t n = static_cast<std::size_t>(from.back());
		for (int digit = 0; digit < 10; digit++) {
			set.clear();
			turn++;
			for (std::size_t i = 0; i + 1 < from.size(); i++) {
				const Instruction &in = program[static_cast<std::size_t>(from[i])];
				if (in.kind == DIGIT && in.a & 1 << digit)
					follow(from[i] + 1, set);
			}
			std::int32_t next = state_of(set, n + 1);
			states[s].next[digit] = next;
		}
	}
	program = {};
	starts = {};
	seen = {};
}
