#pragma once
// What libphonenumber says of a number, found some hundred times faster: its own metadata, made into automata when a country
// code is met first. Exact: where this cannot be certain it says UNSURE, and the library is asked. test_number_exact.cc
// compares the two. Any thread.

#include <cstddef>

extern "C" {
#include "model/number.h"
}

enum class Fast { VALID, INVALID, UNSURE };

// `digits`: international, country code first. Writes what is to be kept.
Fast number_fast_parse(const char *digits, std::size_t n, char ret[NUMBER_BYTES]);
// `digits`: as dialled in `region`.
Fast number_fast_parse_region(const char *digits, std::size_t n, const char *region, char ret[NUMBER_BYTES]);
// The ISO code of international digits, "" for none, valid number or not. False: unsure.
bool number_fast_country(const char *digits, std::size_t n, char ret[3]);
